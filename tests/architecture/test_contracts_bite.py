"""Each import contract is broken on purpose and must say so; whether ours hold is lint-imports'.

A rule that never failed is not known to work. The violations are tried on a copy of the packages'
skeleton (folders only, no code of ours), so that what is reported comes from the violation alone.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]

PRODUCT = "The product"
MONITORING = "Monitoring: from a reading to a person"
OPERATIONS = "Operations"
IN_ORDER = "Faces, plug-ins and base, each in order"
SEVEN_WORDS = "Inside a part: jobs, actions, queries, store, rules, facts"
PRIVATE = "Tables and stores are private to their part"
ONLY_THE_KIT = "Plug-ins know only the kit"
INDEPENDENT = "Plug-ins do not know each other"
FOUND = "Nobody names a plug-in; they are found"
PURE = "Decisions are pure"
WIRE = "The agent knows only the wire"
SOCKETS = "The simulated cloud and the platform meet only over sockets"
NO_CYCLES = "No cycles anywhere"

CONNECTOR = "yunwei/plugins/connectors/acme/connector.py"
HIDDEN = "def f():\n    import {}\n"

# (contract, {file: what it holds})
VIOLATIONS = [
    (PRODUCT, {"yunwei/monitor/alarms/actions.py": "import yunwei.faces.web"}),
    (PRODUCT, {"yunwei/base/infra/clock.py": HIDDEN.format("yunwei.run")}),
    (PRODUCT, {"yunwei/monitor/notify/queries.py": "import yunwei.operate.diagnosis"}),
    (PRODUCT, {CONNECTOR: "import yunwei.monitor.collect"}),
    (PRODUCT, {"yunwei/utils.py": ""}),
    (MONITORING, {"yunwei/monitor/alarms/jobs.py": "import yunwei.monitor.notify"}),
    (MONITORING, {"yunwei/monitor/collect/runner.py": HIDDEN.format("yunwei.monitor.inventory")}),
    (MONITORING, {"yunwei/monitor/common/__init__.py": ""}),
    (OPERATIONS, {"yunwei/operate/scripts/actions.py": "import yunwei.operate.reports"}),
    (OPERATIONS, {"yunwei/operate/helpers.py": ""}),
    (IN_ORDER, {"yunwei/faces/api/schemas.py": "import yunwei.faces.web"}),
    (IN_ORDER, {"yunwei/base/core/units.py": "import yunwei.base.infra"}),
    (IN_ORDER, {"yunwei/plugins/sdk/manifest.py": "import yunwei.plugins.channels"}),
    (IN_ORDER, {"yunwei/base/tools/__init__.py": ""}),
    (
        SEVEN_WORDS,
        {
            "yunwei/monitor/alarms/machine.py": "import yunwei.monitor.alarms.store",
            "yunwei/monitor/alarms/store.py": "",
        },
    ),
    (
        SEVEN_WORDS,
        {
            "yunwei/monitor/notify/queries.py": HIDDEN.format("yunwei.monitor.notify.actions"),
            "yunwei/monitor/notify/actions.py": "",
        },
    ),
    (SEVEN_WORDS, {"yunwei/monitor/inventory/utils.py": ""}),
    (
        PRIVATE,
        {
            "yunwei/monitor/governance/pipeline.py": "from yunwei.monitor.alarms import store",
            "yunwei/monitor/alarms/store.py": "",
        },
    ),
    (
        PRIVATE,
        {
            "yunwei/faces/web/page.py": HIDDEN.format("yunwei.monitor.alarms.models"),
            "yunwei/monitor/alarms/models.py": "",
        },
    ),
    (
        PRIVATE,
        {
            "yunwei/run/govern.py": "import yunwei.base.people.store.users",
            "yunwei/base/people/store/__init__.py": "",
            "yunwei/base/people/store/users.py": "",
        },
    ),
    (ONLY_THE_KIT, {CONNECTOR: "import django.conf"}),
    (
        ONLY_THE_KIT,
        {CONNECTOR: "import yunwei.base.infra.http", "yunwei/base/infra/http.py": ""},
    ),
    (
        ONLY_THE_KIT,
        {CONNECTOR: "import yunwei.plugins.sdk.kit", "yunwei/plugins/sdk/kit.py": "import nats"},
    ),
    (
        INDEPENDENT,
        {
            CONNECTOR: "import yunwei.plugins.connectors.other.mapping",
            "yunwei/plugins/connectors/other/mapping.py": "",
        },
    ),
    (
        INDEPENDENT,
        {
            "yunwei/plugins/channels/mail/channel.py": "import yunwei.plugins.connectors.acme",
            CONNECTOR: "",
        },
    ),
    (
        FOUND,
        {
            "yunwei/monitor/collect/runner.py": "import yunwei.plugins.connectors.acme",
            CONNECTOR: "",
        },
    ),
    (
        FOUND,
        {"yunwei/run/engine.py": HIDDEN.format("yunwei.plugins.connectors.acme"), CONNECTOR: ""},
    ),
    (PURE, {"yunwei/monitor/alarms/facts.py": "from django.db import models"}),
    (PURE, {"yunwei/monitor/alarms/machine.py": HIDDEN.format("random")}),
    (PURE, {"yunwei/monitor/governance/stages/mask.py": "import asyncio"}),
    (PURE, {"yunwei/base/people/rules.py": "import httpx"}),
    (PURE, {"yunwei/base/core/ids.py": "import socket"}),
    (WIRE, {"yunwei_agent/client.py": "import yunwei.base.core"}),
    (WIRE, {"yunwei_wire/frames.py": "import django"}),
    (SOCKETS, {"yunwei_sim/world.py": "import yunwei.base.core"}),
    (SOCKETS, {"yunwei/run/demo.py": HIDDEN.format("yunwei_sim")}),
    (
        NO_CYCLES,
        {
            "yunwei/base/core/ids.py": "import yunwei.base.core.page",
            "yunwei/base/core/page.py": HIDDEN.format("yunwei.base.core.ids"),
        },
    ),
]


def make_skeleton(root: Path) -> Path:
    """Copy the package folders (empty), the contracts and the custom contract below `root`."""
    source = ROOT / "src"
    for file in source.rglob("__init__.py"):
        path = file.relative_to(source)
        if len(path.parts) <= 4:
            write_module(root, str(path), "")
    (root / "tools").mkdir()
    shutil.copy(ROOT / "pyproject.toml", root)
    for name in ("__init__.py", "private_modules.py"):
        shutil.copy(ROOT / "tools" / name, root / "tools")
    return root


def write_module(root: Path, path: str, text: str) -> None:
    """Write one module below `root`/src and make every folder above it a package."""
    file = root / "src" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    for folder in file.parents:
        if folder == root / "src":
            break
        (folder / "__init__.py").touch()
    file.write_text(text + "\n")


# One process for all trees: to load import-linter takes longer than to judge a tree. Each tree is
# judged in a fork, so that no module of one is found in another.
LINTER = """
import os, sys
from importlinter.cli import lint_imports
for root in sys.argv[1:]:
    if os.fork() == 0:
        os.chdir(root)
        sys.path[:0] = [root, root + "/src"]
        os.dup2(os.open("told.txt", os.O_WRONLY | os.O_CREAT), 1)
        lint_imports(no_cache=True)
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""


def lint(roots: list[Path]) -> list[dict[str, str]]:
    """Run import-linter over each tree; return each contract's name with its verdict."""
    subprocess.run(
        [sys.executable, "-c", LINTER, *map(str, roots)],
        env={**os.environ, "COLUMNS": "200"},
        timeout=100,
        check=True,
    )
    return [read_verdicts((root / "told.txt").read_text("utf-8")) for root in roots]


def read_verdicts(told: str) -> dict[str, str]:
    lines = [line.rpartition(" ") for line in told.splitlines()]
    verdicts = {name: word for name, _, word in lines if word in {"KEPT", "BROKEN"}}
    assert len(verdicts) == len(CONTRACTS), told
    return verdicts


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """What import-linter says of each violation, and at the end of the skeleton without any."""
    roots = [make_skeleton(tmp_path_factory.mktemp("tree")) for _ in [*VIOLATIONS, None]]
    for root, (_, files) in zip(roots, VIOLATIONS, strict=False):
        for path, text in files.items():
            write_module(root, path, text)
    return lint(roots)


def test_skeleton_keeps_every_contract(verdicts: list[dict[str, str]]) -> None:
    assert set(verdicts[-1].values()) == {"KEPT"}


def test_every_contract_has_a_violation() -> None:
    assert {contract["name"] for contract in CONTRACTS} == {name for name, _ in VIOLATIONS}


@pytest.mark.parametrize(
    "number",
    range(len(VIOLATIONS)),
    ids=[f"{number}-{next(iter(files))}" for number, (_, files) in enumerate(VIOLATIONS)],
)
def test_violation_is_reported(number: int, verdicts: list[dict[str, str]]) -> None:
    contract, _ = VIOLATIONS[number]
    assert verdicts[number][contract] == "BROKEN"
