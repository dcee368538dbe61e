"""The control face: state, faults, people, clock, polls; and the command that serves it all."""

import signal
import socket
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from huaweicloudsdkworkspace.v2 import (
    ListDesktopsConnectStatusRequest,
    ListDesktopsDetailRequest,
    WorkspaceClient,
)

from tests.sim.support import MONDAY_AT, Control, sdk_client
from yunwei_sim.__main__ import build_parser, read_options
from yunwei_sim.rest.cloud import DEMO_SECRET_KEY, Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread


@pytest.fixture
def running() -> Iterator[SimulatorThread]:
    """Serve a small cloud for each test: these tests move it."""
    with start_in_thread(Options(desktops=200, days=2, start_at=MONDAY_AT, speed=0)) as simulator:
        yield simulator


@pytest.fixture
def control(running: SimulatorThread) -> Control:
    return Control(running.control_url)


@pytest.fixture
def client(running: SimulatorThread) -> WorkspaceClient:
    return sdk_client(running)


def refusal(call) -> int:
    with pytest.raises(urllib.error.HTTPError) as caught:
        call()
    with caught.value as answer:
        assert b"error" in answer.read()
        return answer.code


def test_state_tells_clock_counts_and_faults(control: Control) -> None:
    fault = control.post("faults", name="host_down", target="CNA-02")
    state = control.get("state")
    assert state["clock"] == {"now": "2026-11-23T02:30:00Z", "speed": 0}
    assert state["counts"]["desktops"] == 200
    assert [each["id"] for each in state["faults"]] == [fault["id"]]
    assert state["faults"][0]["truth"]["sessions_dropped"] > 0
    assert "host_down" in state["fault_names"]


def test_faults_come_and_go(control: Control, client: WorkspaceClient) -> None:
    errors = ListDesktopsDetailRequest(status="ERROR")
    fault = control.post("faults", name="host_down", target="CNA-02")
    touched = fault["truth"]["desktops_touched"]
    assert client.list_desktops_detail(errors).total_count == touched > 10
    ended = control.delete(f"faults/{fault['id']}")
    assert ended["until"] == "2026-11-23T02:30:00Z"
    assert client.list_desktops_detail(errors).total_count == 0


def test_a_fault_ends_by_itself_after_its_seconds(control: Control) -> None:
    control.post("faults", name="cpu_hog", seconds=90)
    control.post("clock", step_s=89)
    assert len(control.get("state")["faults"]) == 1
    control.post("clock", step_s=1)
    assert control.get("state")["faults"] == []
    last = control.get("faults")["items"][-1]
    since, until = (datetime.fromisoformat(last[key]) for key in ("since", "until"))
    assert until - since == timedelta(seconds=90)


def test_who_logs_in_is_counted_at_once(control: Control, client: WorkspaceClient) -> None:
    everybody = ListDesktopsConnectStatusRequest(limit=2000)
    before = control.get("truth/online")
    answer = client.list_desktops_connect_status(everybody)
    idle = next(each for each in answer.desktops
                if each.connect_status == "REGISTERED" and each.attach_users)  # fmt: skip
    visit = control.post("login", user=idle.attach_users[0].name)
    assert visit["connected"]
    assert visit["desktop_id"] == idle.desktop_id
    after = control.get("truth/online")
    assert after["online_users"] == before["online_users"] + 1
    now = client.list_desktops_connect_status(everybody)
    states = {each.desktop_id: each.connect_status for each in now.desktops}
    assert states[idle.desktop_id] == "CONNECTED"
    assert control.post("logout", user=visit["user_id"])["was_connected"]
    assert control.get("truth/online")["online_users"] == before["online_users"]


def test_polls_are_logged_with_their_truth(control: Control, client: WorkspaceClient) -> None:
    for _ in range(3):
        client.list_desktops_connect_status(ListDesktopsConnectStatusRequest(limit=2000))
        control.post("clock", step_s=300)
    client.list_desktops_connect_status(
        ListDesktopsConnectStatusRequest(limit=10, offset=10, connect_status="CONNECTED")
    )
    *whole, part = control.get("polls")["items"]
    assert [poll["at"][11:19] for poll in whole] == ["02:30:00", "02:35:00", "02:40:00"]
    for poll in whole:
        truth = control.get(f"truth/online?at={poll['at']}")
        assert poll["online_users"] == truth["online_users"] > 50
        assert (poll["connected"], poll["disconnected"]) == (
            truth["connected"],
            truth["disconnected"],
        )
        assert (poll["offset"], poll["returned"], poll["is_filtered"]) == (0, 200, False)
    assert (part["offset"], part["returned"], part["is_filtered"]) == (10, 10, True)


def test_the_clock_goes_forward_only(control: Control) -> None:
    assert control.post("clock", at="2026-11-23T06:00:00Z")["now"] == "2026-11-23T06:00:00Z"
    assert control.post("clock", speed=60)["speed"] == 60
    assert refusal(lambda: control.post("clock", at="2026-11-23T05:00:00Z")) == 400
    assert refusal(lambda: control.post("clock", step_s=-5)) == 400
    assert refusal(lambda: control.post("clock", speed=-1)) == 400


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("faults", {"name": "flood"}, 404),
        ("faults", {"name": "host_down", "target": "CNA-99"}, 404),
        ("login", {"user": "nobody"}, 404),
        ("face", {"fault": "sulk"}, 400),
        ("clock", {"at": "tomorrow"}, 400),
    ],
)
def test_mistakes_are_told(control: Control, path: str, body: dict, status: int) -> None:
    assert refusal(lambda: control.post(path, **body)) == status


def test_the_future_is_not_told(control: Control) -> None:
    assert refusal(lambda: control.get("truth/online?at=2026-11-23T03:00:00Z")) == 400
    assert refusal(lambda: control.delete("faults/F99999")) == 404


def test_secrets_are_not_printed() -> None:
    assert DEMO_SECRET_KEY not in repr(Options())
    assert DEMO_SECRET_KEY not in repr(Access())


def command(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "yunwei_sim", "--desktops", "60", "--days", "1", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_says_when_it_serves_and_ends_at_sigterm() -> None:
    with command("--start", "2026-11-23T10:30:00+08:00", "--speed", "0", "--chaos") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("sim ready: http://127.0.0.1:")
        control = Control(line.removeprefix("sim ready: ").strip())
        assert control.get("state")["clock"]["now"] == "2026-11-23T02:30:00Z"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with command("--port", str(taken.getsockname()[1])) as process:
            out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (1, "")
    assert err.count("\n") == 1
    assert "in use" in err


@pytest.mark.parametrize(
    "arguments",
    [["--trap-target", "nowhere"], ["--start", "soon"], ["--x"], ["--trap-version", "3"]],
)
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_the_command_line_says_how_to_simulate() -> None:
    options = read_options(build_parser().parse_args([
        "--port", "0", "--desktops", "50", "--seed", "3", "--days", "2", "--ak", "A", "--sk", "S",
        "--project", "P", "--trap-target", "127.0.0.1:1162", "--trap-target", ":1163",
        "--trap-charset", "gbk", "--trap-family", "B", "--speed", "60", "--chaos",
        "--retry-after", "0", "--start", "2026-11-23T02:30:00",
    ]))  # fmt: skip
    assert options.access == Access(
        access_key="A", secret_key="S", project_id="P", retry_after_s=None
    )
    assert options.traps.targets == (("127.0.0.1", 1162), ("127.0.0.1", 1163))
    assert (options.traps.dialect.charset, options.traps.family) == ("gbk", "B")
    assert (options.desktops, options.seed, options.days) == (50, 3, 2)
    assert (options.speed, options.chaos, options.start_at) == (60.0, True, MONDAY_AT)
