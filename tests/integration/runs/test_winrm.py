"""Windows desktops without an agent are reached over WinRM by the same ledger as over SSH: once,
with certificates that are known, and what they run is ended with all that it started. Against the
stand-in of `tests.support.windows`."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.certificates import make_certificate
from tests.support.far_desktops import NAMES, FarWindows
from tests.support.platform import wait_until
from tests.support.running import PASSWORD as SECRET
from tests.support.windows import Windows, running_windows
from yunwei.base.core.ids import RunId
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions import judging
from yunwei.operate.runs.actions import ssh as ledger
from yunwei.operate.runs.facts.clouds import ScriptNeeds
from yunwei.operate.runs.facts.runs import Choice, Reachability, TargetState
from yunwei.operate.scripts.facts.library import Parameter
from yunwei.operate.ssh import queries as ssh
from yunwei.operate.ssh.actions import host_keys
from yunwei.operate.ssh.actions.trying import try_profile
from yunwei.operate.ssh.facts import HostTrust, KeyState, SignIn

_T = TargetState
ONE = Choice(names=NAMES[:1])


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    with running_windows(tmp_path_factory.mktemp("windows")) as running:
        yield running


@pytest.fixture
def far(database_pool: object, windows: Windows) -> FarWindows:
    windows.idle_share = 1.0
    return FarWindows(windows)


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def tree(folder: Path) -> str:
    """A script that starts processes which try to outlive it, and notes their numbers."""
    return (
        f"cd {folder}\nsetsid sleep 300 & echo $! > a\n(sleep 301 & echo $! > b; wait) &\n"
        "trap '' TERM HUP\necho begun\nsleep 302 & echo $! > c\nwait\n"
    )


def pids(folder: Path) -> list[int]:
    found = [(folder / name).read_text() for name in "abc" if (folder / name).exists()]
    return [int(each) for each in found if each.endswith("\n")]


def test_each_desktop_runs_it_once_and_its_output_comes_back(
    far: FarWindows, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    run = far.start(script=far.script(f"echo x >> {log}\necho hello\nexit 3\n"))
    assert far.go_on(run, rounds=2) == {"failed": 4}
    assert log.read_text() == "x\n" * 4
    assert far.outputs(run) == [b"hello\n"] * 4
    (one,) = queries.fetch_groups(far.stage.olga, run)
    assert (one.count, one.exit_code) == (4, 3)
    assert {each.ssh_profile for each in far.targets(run)} == {far.profile}


@pytest.mark.parametrize("sign_in", list(SignIn))
def test_powershell_runs_and_both_ways_to_sign_in_do(far: FarWindows, sign_in: SignIn) -> None:
    far.change_profile(sign_in=sign_in)
    script = far.script("echo hello\n", language="powershell")
    assert far.go_on(far.start(script=script, choice=ONE)) == {"succeeded": 1}


def test_what_winrm_does_not_run_is_not_reached_by_it(far: FarWindows) -> None:
    def reachability(language: str) -> Reachability:
        needs = ScriptNeeds(language=language)
        tenant, now = far.stage.cloud.tenant, far.stage.now
        found = queries.preview_targets(far.stage.olga, tenant, ONE, now=now, needs=needs)
        (one,) = found.candidates
        return one.reachability

    assert reachability("batch") is Reachability.WINRM
    assert reachability("powershell") is Reachability.WINRM
    assert reachability("python") is not Reachability.WINRM


def test_values_are_data_and_a_secret_is_in_no_command_table_or_output(far: FarWindows) -> None:
    secret, said = "hunter2-$(id)'`;|%PATH%\\ \"more", 'it\'s `me` %PATH% "x" 中文'
    body = (
        'printf "%s" "$YW_PARAM_PASSWORD" | wc -c\n'
        'echo "$YW_PARAM_SAID"\necho "$YW_PARAM_PASSWORD"\n'
    )
    script = far.script(body, parameters=(SECRET, Parameter(name="SAID")))
    run = far.start(script=script, values={"PASSWORD": secret, "SAID": said}, choice=ONE)
    assert far.go_on(run) == {"succeeded": 1}
    (text,) = far.outputs(run)
    size, words, *shown = text.decode().split("\n")
    assert (size.strip(), words) == (str(len(secret.encode())), said)
    assert "hunter2" not in "".join(shown)
    assert "hunter2" not in "".join(far.windows.said)
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("SELECT sealed FROM ssh_profile WHERE kind = 'winrm'")
        (row,) = opened.fetchall()
    assert b"pass-w" not in bytes(row["sealed"])


def test_an_unknown_certificate_waits_for_a_person_and_a_changed_one_is_refused(
    far: FarWindows,
) -> None:
    far.change_profile(trust=HostTrust.KNOWN)
    root, now = far.stage.cloud.people["root"], far.stage.now
    run = far.start(choice=ONE)
    assert far.go_on(run) == {"refused": 1}
    assert far.reasons(run) == {"winrm_certificate_unknown"}
    (key,) = ssh.fetch_host_keys(root).items
    assert (key.state, key.offered) == (KeyState.UNKNOWN, far.windows.certificate.text)
    assert key.is_certificate
    host_keys.accept_key(root, key.desktop, key.offered_fingerprint, now=now)
    assert far.go_on(far.start(choice=ONE)) == {"succeeded": 1}
    far.windows.show(make_certificate("stand-in"))
    run = far.start(choice=ONE)
    assert far.go_on(run) == {"refused": 1}
    assert far.reasons(run) == {"winrm_certificate_changed"}
    (key,) = ssh.fetch_host_keys(root, {"state": "changed"}).items
    assert (key.offered, key.trusted_by) == (far.windows.certificate.text, "root")
    host_keys.accept_key(root, key.desktop, key.offered_fingerprint, now=now)
    assert far.go_on(far.start(choice=ONE)) == {"succeeded": 1}


def test_a_certificate_that_is_known_from_elsewhere_or_signed_is_believed(far: FarWindows) -> None:
    authority = make_certificate("an authority", is_authority=True)
    far.windows.show(make_certificate("PC-01.corp.example", by=authority))
    far.change_profile(trust=HostTrust.KNOWN, host_authority=authority.pem)
    root, now = far.stage.cloud.people["root"], far.stage.now
    assert far.go_on(far.start(choice=ONE)) == {"succeeded": 1}
    assert ssh.fetch_host_keys(root).items == ()
    other = Choice(names=NAMES[1:2])  # the certificate names another desktop than this
    run = far.start(choice=other)
    assert far.go_on(run) == {"refused": 1}
    assert far.reasons(run) == {"winrm_certificate_unknown"}
    pem = far.windows.certificate.pem
    host_keys.set_key(root, far.stage.cloud.tenant, NAMES[1], pem, now=now)
    assert far.go_on(far.start(choice=other)) == {"succeeded": 1}


def while_it_runs(
    far: FarWindows, run: RunId, folder: Path, do: Callable[[], object], *, keeps: bool = False
) -> None:
    """Let a worker begin with `tree`, and do this while that runs. keeps: the worker looks then
    whether it is still wanted."""
    far.stage.advance(run)

    async def go() -> None:
        worker = far.worker()
        await worker.step()
        await asyncio.to_thread(wait_until, lambda: len(pids(folder)) == 3, timeout_s=60)
        await asyncio.to_thread(do)
        if keeps:
            await worker.keep_step()
        await worker.finish()
        await worker.close()

    asyncio.run(go())


def test_cancelling_a_run_ends_what_runs_with_all_that_it_started(
    far: FarWindows, tmp_path: Path
) -> None:
    run = far.start(script=far.script(tree(tmp_path)), choice=ONE)

    def cancel() -> None:
        judging.cancel_run(far.stage.olga, run, now=far.stage.now)

    while_it_runs(far, run, tmp_path, cancel, keeps=True)
    assert dict(far.stage.advance(run).counts) == {"cancelled": 1}
    wait_until(lambda: all(map(is_gone, pids(tmp_path))), timeout_s=60)
    assert far.windows.shells == {}


def test_what_takes_too_long_is_ended_the_same_way(far: FarWindows, tmp_path: Path) -> None:
    run = far.start(script=far.script(tree(tmp_path), timeout_s=2), choice=ONE)
    assert far.go_on(run) == {"timed_out": 1}
    wait_until(lambda: all(map(is_gone, pids(tmp_path))), timeout_s=60)
    assert far.windows.shells == {}


def test_a_worker_that_is_closed_ends_what_it_had_begun(far: FarWindows, tmp_path: Path) -> None:
    run = far.start(script=far.script(tree(tmp_path)), choice=ONE)
    far.stage.advance(run)

    async def go() -> None:
        worker = far.worker()
        await worker.step()
        await asyncio.to_thread(wait_until, lambda: len(pids(tmp_path)) == 3, timeout_s=60)
        await worker.close()

    asyncio.run(go())
    assert far.windows.shells == {}
    wait_until(lambda: all(map(is_gone, pids(tmp_path))), timeout_s=60)


def test_a_machine_that_is_lost_is_told_as_it_is_and_nothing_runs_again(
    far: FarWindows, tmp_path: Path
) -> None:
    count = tmp_path / "count"
    run = far.start(script=far.script(f"echo x >> {count}\n{tree(tmp_path)}"), choice=ONE)
    try:
        while_it_runs(far, run, tmp_path, far.windows.stop)
    finally:
        far.windows.start()
    assert far.go_on(run, rounds=4) == {"interrupted": 1}
    assert far.reasons(run) == {"ssh_lost"}
    assert count.read_text() == "x\n"
    # nobody asks for its shell any more
    far.windows.idle_share = 0.0
    wait_until(lambda: all(map(is_gone, pids(tmp_path))), timeout_s=60)


def test_a_connection_that_breaks_off_for_a_moment_is_made_anew(
    far: FarWindows, tmp_path: Path
) -> None:
    count, go = tmp_path / "count", tmp_path / "go"
    body = f"echo x >> {count}\necho first\nuntil [ -e {go} ]; do sleep 0.1; done\necho last\n"
    run = far.start(script=far.script(body), choice=ONE)
    far.stage.advance(run)

    async def work() -> None:
        worker = far.worker()
        await worker.step()
        await asyncio.to_thread(wait_until, count.exists, timeout_s=60)
        far.windows.cut()
        go.touch()
        await worker.finish()
        await worker.close()

    asyncio.run(work())
    assert dict(far.stage.advance(run).counts) == {"succeeded": 1}
    assert far.outputs(run) == [b"first\nlast\n"]
    assert count.read_text() == "x\n"


def test_a_worker_that_dies_makes_nothing_run_twice(far: FarWindows, tmp_path: Path) -> None:
    count = tmp_path / "count"
    run = far.start(script=far.script(f"echo x >> {count}\n"), choice=ONE)
    far.stage.advance(run)
    (task,) = ledger.system_take("dead", far.stage.now, limit=10)
    assert ledger.system_note_begun("dead", [task.target], far.stage.now) == {task.target}
    assert far.go_on(run, rounds=5) == {"interrupted": 1}
    assert far.reasons(run) == {"ssh_worker"}
    assert not count.exists()


def test_what_is_printed_is_seen_while_it_still_runs(far: FarWindows, tmp_path: Path) -> None:
    go = tmp_path / "go"
    body = f"echo first; until [ -e {go} ]; do sleep 0.1; done; echo last\n"
    run = far.start(script=far.script(body), choice=ONE)
    far.stage.advance(run)

    async def work() -> None:
        worker = far.worker()
        await worker.step()
        await far.wait_until_seen(worker, run, b"first\n")
        (target,) = await asyncio.to_thread(far.targets, run)
        assert target.state is _T.RUNNING
        go.touch()
        await worker.finish()
        await worker.close()

    asyncio.run(work())
    assert far.outputs(run) == [b"first\nlast\n"]


def test_output_is_bounded_whatever_is_printed(far: FarWindows) -> None:
    body = "head -c 2000000 /dev/urandom\nprintf '\\033[31m<b>end'\n"
    run = far.start(script=far.script(body, max_output_bytes=65536), choice=ONE)
    assert far.go_on(run) == {"succeeded": 1}
    (text,) = far.outputs(run)
    assert len(text) <= 65536
    assert text.endswith(b"<b>end")
    (target,) = far.targets(run)
    assert (target.output_bytes, target.is_cut) == (2000000 + 11, True)


def test_who_can_not_sign_in_or_is_not_there_is_told_as_that(far: FarWindows) -> None:
    far.change_profile(password="another")
    run = far.start(choice=ONE)
    assert far.go_on(run) == {"refused": 1}
    assert far.reasons(run) == {"winrm_login"}
    far.change_profile(port=9, connect_timeout_s=2)
    run = far.start(choice=ONE)
    assert far.go_on(run) == {"sent": 1}
    assert far.go_on(run, rounds=3) == {"refused": 1}
    assert far.reasons(run) == {"winrm_unreachable"}


def test_a_try_says_what_the_desktop_is_or_what_was_in_the_way(far: FarWindows) -> None:
    def told() -> tuple[str, str]:
        root, box = far.stage.cloud.people["root"], far.stage.box
        trying = try_profile(root, far.profile, NAMES[0], box=box, now=far.stage.now)
        tried = asyncio.run(trying)
        return tried.reason, tried.told.partition("\n")[0]

    assert told() == ("", "Stand-in for Windows")
    far.change_profile(password="another")
    assert told() == ("winrm_login", "")
    far.windows.show(make_certificate("stand-in"))
    assert told() == ("winrm_certificate_changed", "")
