"""A script of the library on desktops with real agents: over REST, by the running platform, to the
output of each; whoever dies meanwhile."""

import subprocess
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.agents import AgentProcess, make_token, running_agents
from tests.support.folders import open_folder
from tests.support.platform import OURS, YUNWEI, Platform, started, wait_until
from tests.support.run_ground import add_desktops, approve_script
from yunwei.base.core.ids import TenantId
from yunwei.base.infra import postgres
from yunwei.base.infra.settings import load_settings
from yunwei.operate.scripts.facts.library import (
    Parameter,
    ParameterKind,
)

AGENTS = 4
WHO_AND_CODE = (Parameter(name="WHO"), Parameter(name="CODE"))


@dataclass
class Fleet:
    platform: Platform
    agents: list[AgentProcess]
    tenant: TenantId
    folder: Path
    see: Callable[[str], None]
    """Let the inventory see its desktops again, of an image."""

    @property
    def names(self) -> list[str]:
        return [agent.name for agent in self.agents]

    def approve(self, body: str, *parameters: Parameter, timeout_s: int = 300) -> int:
        return approve_script(self.tenant, body, *parameters, timeout_s=timeout_s)

    def run(self, script: int, **body: Any) -> int:
        plan = {"canary": "", "stop_at": "", **body.pop("plan", {})}
        asked = {"script": script, "key": uuid.uuid4().hex, "names": self.names, "plan": plan}
        return int(self.platform.api().post("/runs", **(asked | body))["id"])

    def get(self, run: int, path: str = "") -> Any:
        return self.platform.api().get(f"/runs/{run}{path}")

    def end_of(self, run: int, timeout_s: float = 120.0) -> dict[str, Any]:
        open_states = {"running", "stopping", "asked"}
        wait_until(
            lambda: self.get(run)["state"] not in open_states, timeout_s=timeout_s, every_s=0.3
        )
        found: dict[str, Any] = self.get(run)
        return found


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with open_folder() as folder, started(Platform(folder / "data")) as platform:
        token = make_token(platform.api()._client, uses=AGENTS)
        settings = load_settings(platform.data_dir, environ={})
        postgres.open_pool(str(settings.database_url))
        try:
            tenant = TenantId(platform.api().get("/me")["tenant"])
            see = add_desktops(tenant, [f"d-{number}" for number in range(AGENTS)])
            with running_agents(folder / "agents", platform.url, token, AGENTS) as agents:
                yield Fleet(platform=platform, agents=agents, tenant=tenant, folder=folder, see=see)
        finally:
            postgres.close_pool()


def test_a_script_runs_on_chosen_desktops_and_the_one_that_fails_is_tried_again(
    fleet: Fleet,
) -> None:
    marks = fleet.folder / "failed-once"
    secret = Parameter(name="PASSWORD", kind=ParameterKind.SECRET)
    body = (
        'printf "\\033[31mhello\\033[0m $YW_PARAM_WHO <b>\\n"; echo "$YW_PARAM_PASSWORD"\n'
        f'if mkdir "{marks}" 2>/dev/null; then exit 7; fi\n'
    )
    script = fleet.approve(body, Parameter(name="WHO"), secret)
    given = {"WHO": "Ann; rm -rf /", "PASSWORD": "hunter2-is-secret"}
    over = fleet.end_of(run := fleet.run(script, parameters=given))
    assert over["counts"] == {"failed": 1, "succeeded": AGENTS - 1}
    assert over["parameters"]["WHO"] == given["WHO"]
    assert given["PASSWORD"] not in str(over)
    most, least = fleet.get(run, "/groups")
    assert (most["count"], most["exit_code"]) == (AGENTS - 1, 0)
    assert (least["count"], least["exit_code"]) == (1, 7)
    text = fleet.get(run, f"/targets/{most['sample']}/output")["text"]
    assert text.startswith("hello Ann; rm -rf / <b>\n")
    assert given["PASSWORD"] not in text
    retry = {"key": uuid.uuid4().hex, "parameters": {"PASSWORD": "another-secret"}}
    again = fleet.platform.api().post(f"/runs/{run}/retry", **retry)
    done = fleet.end_of(again["id"])
    assert (done["total"], done["is_good"], done["retry_of"]) == (1, True, run)


def test_the_canary_goes_alone_and_its_failure_spares_the_others(fleet: Fleet) -> None:
    marks = fleet.folder / "canary"
    script = fleet.approve(f'echo x >> "{marks}"; exit 1\n')
    over = fleet.end_of(fleet.run(script, plan={"canary": "1"}))
    assert (over["state"], over["reason"]) == ("stopped", "canary")
    assert over["counts"] == {"failed": 1, "skipped": AGENTS - 1}
    assert marks.read_text() == "x\n"


def test_a_cancelled_run_ends_what_its_scripts_started(fleet: Fleet) -> None:
    pids = fleet.folder / "run-pids"
    script = fleet.approve(f"setsid sleep 300 & echo $! >> {pids}; echo $$ >> {pids}; sleep 300\n")
    run = fleet.run(script)
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2 * AGENTS, timeout_s=60)
    fleet.platform.api().post(f"/runs/{run}/cancel")
    over = fleet.end_of(run)
    assert (over["state"], over["counts"]) == ("cancelled", {"cancelled": AGENTS})
    assert not [pid for pid in map(int, pids.read_text().split()) if _lives(pid)]


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_whatever_dies_in_the_middle_every_desktop_has_one_result(fleet: Fleet) -> None:
    effects = fleet.folder / "run-effects"
    script = fleet.approve(f'sleep 0.2; echo "$YW_TASK_ID" >> "{effects}"; echo done\n')
    runs = [fleet.run(script, plan={"parallel": 2}) for _ in range(3)]
    for victim in ("engine", "agent nats"):
        fleet.platform.kill(victim)
        runs.append(fleet.run(script, plan={"canary": "1"}))
    fleet.platform.kill("web")
    wait_until(fleet.platform.is_well, timeout_s=120, every_s=0.5)
    for run in runs:
        assert fleet.end_of(run, timeout_s=240)["counts"] == {"succeeded": AGENTS}
    told = Counter(effects.read_text().split())
    assert len(told) == AGENTS * len(runs)
    assert set(told.values()) == {1}


def test_a_desktop_that_was_made_anew_gets_the_script_of_a_trigger(fleet: Fleet) -> None:
    api = fleet.platform.api()
    marks = fleet.folder / "rebuilt"
    script = fleet.approve(f'echo "$YW_PARAM_WHO" >> "{marks}"\n', Parameter(name="WHO"))
    said = {"name": "settle it", "occasion": "rebuilt", "script": script, "wait_s": 0}
    said |= {"condition": 'name == "d-1"', "values": {"WHO": "Ann"}}
    trigger = api.post("/triggers", **said)["id"]
    fleet.see("second")

    def firings() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api.get(f"/triggers/{trigger}/firings")["items"]
        return found

    wait_until(lambda: [each["state"] for each in firings()] == ["done"], timeout_s=90, every_s=0.3)
    [firing] = firings()
    assert (firing["desktop_name"], firing["before"], firing["after"]) == ("d-1", "first", "second")
    assert fleet.get(firing["run"])["counts"] == {"succeeded": 1}
    api.delete(f"/triggers/{trigger}")
    assert marks.read_text() == "Ann\n"


def test_a_pipeline_is_told_by_the_exit_code_what_became_of_it(fleet: Fleet) -> None:
    platform = fleet.platform
    token = platform.command_json("token", "create", "pipeline")["token"]
    marks = fleet.folder / "pipeline"
    body = f'echo "hi $YW_PARAM_WHO"; if mkdir "{marks}" 2>/dev/null; then exit 7; fi\n'
    script = str(fleet.approve(body, Parameter(name="WHO")))
    (fleet.folder / "who").write_text("Ann\n")
    said = [script, "--url", platform.url, "--condition", 'desktop_kind == "dedicated"']
    said += ["-p", f"who=@{fleet.folder / 'who'}", "--canary", "", "--stop-at", ""]
    told = pipeline(*said, token=token, expect=3)
    assert f"{AGENTS - 1} × succeeded, exit code 0" in told
    assert "1 × failed, exit code 7" in told
    assert "    hi Ann" in told
    assert f"{AGENTS} × succeeded" in pipeline(*said, token=token, expect=0)
    pipeline(*said, "--desktop", "nobody-knows", token=token, expect=1)
    pipeline(*said, token="yw_wrong", expect=1)


def test_a_pipeline_is_told_what_became_of_a_whole_chain(fleet: Fleet) -> None:
    platform = fleet.platform
    token = platform.command_json("token", "create", "chained")["token"]
    marks = fleet.folder / "chained"
    look = fleet.approve(f'if mkdir "{marks}" 2>/dev/null; then exit 7; fi\n')
    mend = fleet.approve('echo "mended $YW_PARAM_WHO"; exit $YW_PARAM_CODE\n', *WHO_AND_CODE)
    said = [str(look), "--url", platform.url, "--condition", 'desktop_kind == "dedicated"']
    said += ["--canary", "", "--stop-at", "", "--then", f"7:{mend}"]
    said += ["--then-parameter", "1:WHO=Ann", "--then-parameter"]
    told = pipeline(*said, "1:CODE=0", token=token, expect=0)
    assert "1 × failed, exit code 7" in told
    assert "1 × succeeded, exit code 0\n    mended Ann" in told
    assert ": skipped (nobody)" in pipeline(*said, "1:CODE=0", token=token, expect=0)
    marks.rmdir()
    pipeline(*said, "1:CODE=1", token=token, expect=3)
    pipeline(*said, "2:CODE=1", token=token, expect=1)


def pipeline(*words: str, token: str, expect: int) -> str:
    done = subprocess.run(
        [str(YUNWEI), "run-script", *words, "--token-file", "-"],
        input=token,
        capture_output=True,
        text=True,
        timeout=150,
        env=OURS,
        check=False,
    )
    assert done.returncode == expect, done.stderr
    return done.stdout
