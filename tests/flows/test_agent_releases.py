"""A real agent brings itself up to a newer release that the platform offers, and comes back from
one that does not work."""

import json
from pathlib import Path
from typing import Any

from tests.support.agents import make_token, running_agents
from tests.support.bundles import make_bundle
from tests.support.folders import open_folder
from tests.support.platform import Platform, started, wait_until


def choice(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "releases" / "chosen.json").read_text())
    return told


def test_an_agent_becomes_newer_and_comes_back_from_what_does_not_work() -> None:
    with open_folder() as folder, started(Platform(folder / "data")) as platform:
        token = make_token(platform.api()._client)
        with running_agents(folder / "agents", platform.url, token, 1, trial_s=20.0) as (agent,):
            pid = agent.pid
            good = make_bundle(folder / "good.pyz", "1.1")
            told = platform.command_json("agent", "offer", str(folder / "good.pyz"))
            assert (told["version"], told["size_bytes"]) == ("1.1", len(good))

            def version() -> str:
                return str(platform.api().get(f"/agents/{agent.id}")["version"])

            wait_until(lambda: version() == "1.1", timeout_s=120, every_s=0.5)
            wait_until(lambda: choice(agent.folder)["trial"] is None, timeout_s=60, every_s=0.2)
            assert choice(agent.folder)["good"]["version"] == "1.1"
            assert (agent.is_running, agent.pid) == (True, pid)

            make_bundle(folder / "bad.pyz", "1.2", connects=False)
            platform.command("agent", "offer", str(folder / "bad.pyz"))
            wait_until(lambda: choice(agent.folder)["given_up"], timeout_s=120, every_s=0.5)
            before = platform.api().get(f"/agents/{agent.id}")["seen_at"]
            wait_until(
                lambda: platform.api().get(f"/agents/{agent.id}")["seen_at"] > before,
                timeout_s=120,
                every_s=0.5,
            )
            assert version() == "1.1"
            assert choice(agent.folder)["trial"] is None
