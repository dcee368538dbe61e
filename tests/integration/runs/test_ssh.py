"""Desktops without an agent are reached over SSH: once, with host keys that are known, and what
they run is ended with all that it started. All of it against OpenSSH's own server."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from psycopg import sql

from tests.support.far_desktops import NAMES, FarDesktops
from tests.support.platform import wait_until
from tests.support.running import PASSWORD
from tests.support.sshd import Sshd, running_sshd
from yunwei.base.core.errors import Conflict
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions import judging
from yunwei.operate.runs.actions import ssh as ledger
from yunwei.operate.runs.facts.runs import Choice, Reachability, TargetState
from yunwei.operate.scripts.facts.library import Parameter
from yunwei.operate.ssh import queries as ssh
from yunwei.operate.ssh.actions import host_keys
from yunwei.operate.ssh.facts import HostTrust, KeyState

_T = TargetState
ONE = Choice(names=NAMES[:1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def far(database_pool: object, server: Sshd) -> FarDesktops:
    return FarDesktops(server)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_each_desktop_runs_it_once_and_its_output_comes_back(
    far: FarDesktops, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    body = f'echo "$SSH_CONNECTION" | cut -d" " -f3 >> {log}\necho hello; echo oh >&2; exit 3\n'
    run = far.start(script=far.script(body))
    assert far.go_on(run, rounds=2) == {"failed": 4}
    assert sorted(log.read_text().split()) == [f"127.0.1.{n}" for n in range(1, 5)]
    assert far.outputs(run) == [b"hello\noh\n"] * 4
    (one,) = queries.fetch_groups(far.stage.olga, run)
    assert (one.count, one.exit_code) == (4, 3)
    target = far.targets(run)[0]
    assert target.ssh_profile == far.profile
    assert (target.output_bytes, target.is_cut) == (9, False)


def test_what_reaches_a_desktop_is_said_before_a_run(far: FarDesktops) -> None:
    far.change_profile(condition='name == "PC-01" || name == "PC-05"')
    found = queries.preview_targets(
        far.stage.olga,
        far.stage.cloud.tenant,
        Choice(names=("PC-01", "PC-02", "PC-05")),
        now=far.stage.now,
    )
    by_name = {each.name: each.reachability for each in found.candidates}
    assert by_name["PC-01"] is Reachability.SSH
    assert by_name["PC-02"] is Reachability.CLOUD
    assert by_name["PC-05"] is Reachability.OFF or by_name["PC-05"] is Reachability.CLOUD
    far.stage.give_agents(3)
    again = queries.preview_targets(far.stage.olga, far.stage.cloud.tenant, ONE, now=far.stage.now)
    assert again.by_reachability == {Reachability.HERE: 1}


def test_values_are_data_and_a_secret_is_in_no_process_list_table_or_output(
    far: FarDesktops,
) -> None:
    secret = "hunter2-$(id)'`;|\\ \"more"
    body = (
        'printf "%s" "$YW_PARAM_PASSWORD" | cksum\nprintf "%s\\n" "$YW_PARAM_SAID"\n'
        'ps -eo args | grep -c "hunte[r]2"\necho "$YW_PARAM_PASSWORD"\n'
    )
    said = 'it\'s `me` $HOME "x" 中文'
    script = far.script(body, parameters=(PASSWORD, Parameter(name="SAID")))
    values = {"PASSWORD": secret, "SAID": said}
    run = far.start(script=script, values=values, choice=ONE)
    assert far.go_on(run) == {"succeeded": 1}
    (text,) = far.outputs(run)
    sum_, words, count, *shown = text.decode().split("\n")
    assert sum_.split()[1] == str(len(secret.encode()))
    assert (words, count) == (said, "0")
    assert "hunter2" not in "".join(shown)
    with transaction() as conn, cursor(conn) as opened:
        tables = [
            row["name"]
            for row in opened.execute(
                "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
            )
        ]
        for table in tables:
            count_in = sql.SQL("SELECT count(*) AS n FROM {} x WHERE x::text LIKE '%hunter2%'")
            opened.execute(count_in.format(sql.Identifier(table)))
            assert opened.fetchone() == {"n": 0}, table
    assert "hunter2" not in far.server.log


@pytest.mark.parametrize(
    ("language", "body", "state", "reason"),
    [
        ("python", "import sys; print(sys.flags.isolated)\n", "succeeded", ""),
        ("powershell", "Get-Date\n", "refused", "no_powershell"),
    ],
)
def test_other_languages_run_where_the_desktop_has_them(
    far: FarDesktops, language: str, body: str, state: str, reason: str
) -> None:
    script = far.script(body, language=language)
    run = far.start(script=script, choice=ONE)
    assert far.go_on(run) == {state: 1}
    assert far.reasons(run) == {reason}


def test_an_unknown_host_key_waits_for_a_person_and_a_changed_one_is_refused(
    far: FarDesktops,
) -> None:
    far.change_profile(trust=HostTrust.KNOWN)
    root, now = far.stage.cloud.people["root"], far.stage.now
    run = far.start(choice=ONE)
    assert far.go_on(run) == {"refused": 1}
    assert far.reasons(run) == {"ssh_host_key_unknown"}
    (key,) = ssh.fetch_host_keys(root).items
    assert (key.state, key.offered, key.offered_address) == (
        KeyState.UNKNOWN,
        far.server.key,
        "127.0.1.1",
    )
    with pytest.raises(Conflict):
        host_keys.accept_key(root, key.desktop, "SHA256:other", now=now)
    host_keys.accept_key(root, key.desktop, key.offered_fingerprint, now=now)
    assert far.go_on(far.start(choice=ONE)) == {"succeeded": 1}
    changed = far.server.change_host_key()
    run = far.start(choice=ONE)
    assert far.go_on(run) == {"refused": 1}
    assert far.reasons(run) == {"ssh_host_key_changed"}
    (key,) = ssh.fetch_host_keys(root, {"state": "changed"}).items
    assert (key.offered, key.trusted_by) == (changed, "root")
    host_keys.decline_key(root, key.desktop)
    assert far.go_on(far.start(choice=ONE)) == {"refused": 1}
    (key,) = ssh.fetch_host_keys(root, {"state": "changed"}).items
    host_keys.accept_key(root, key.desktop, key.offered_fingerprint, now=now)
    assert far.go_on(far.start(choice=ONE)) == {"succeeded": 1}


def test_first_use_trusts_the_first_key_only(far: FarDesktops) -> None:
    assert far.go_on(far.start(choice=ONE)) == {"succeeded": 1}
    root = far.stage.cloud.people["root"]
    (key,) = ssh.fetch_host_keys(root).items
    assert (key.state, key.trusted, key.trusted_by) == (KeyState.TRUSTED, far.server.key, "")
    far.server.change_host_key()
    run = far.start(choice=ONE)
    assert far.go_on(run) == {"refused": 1}
    assert far.reasons(run) == {"ssh_host_key_changed"}


def tree(folder: Path) -> str:
    """A script that starts processes which try to outlive it, and notes their numbers."""
    return (
        f"cd {folder}\nsetsid sleep 300 & echo $! > a\n(sleep 301 & echo $! > b; wait) &\n"
        "trap '' TERM HUP\necho begun\nsleep 302 & echo $! > c\nwait\n"
    )


def pids(folder: Path) -> list[int]:
    return [int((folder / name).read_text()) for name in "abc" if (folder / name).exists()]


def test_cancelling_a_run_ends_what_runs_with_all_that_it_started(
    far: FarDesktops, tmp_path: Path
) -> None:
    run = far.start(script=far.script(tree(tmp_path)), choice=ONE)
    far.stage.advance(run)

    async def go() -> None:
        worker = far.worker()
        await worker.step()
        await asyncio.to_thread(wait_until, lambda: len(pids(tmp_path)) == 3, timeout_s=60)
        await asyncio.to_thread(judging.cancel_run, far.stage.olga, run, now=far.stage.now)
        await worker.keep_step()
        await worker.finish()
        await worker.close()

    asyncio.run(go())
    assert dict(far.stage.advance(run).counts) == {"cancelled": 1}
    wait_until(lambda: not any(map(is_alive, pids(tmp_path))), timeout_s=60)


def test_what_takes_too_long_is_ended_the_same_way(far: FarDesktops, tmp_path: Path) -> None:
    run = far.start(script=far.script(tree(tmp_path), timeout_s=2), choice=ONE)
    assert far.go_on(run) == {"timed_out": 1}
    assert far.outputs(run) == [b"begun\n"]
    wait_until(lambda: not any(map(is_alive, pids(tmp_path))), timeout_s=60)


def logins(far: FarDesktops) -> int:
    return far.server.log.count("Accepted publickey")


def go_on_with(far: FarDesktops, *rounds: Callable[[], object]) -> list[dict[str, int]]:
    """Let one worker run a script on a desktop after each of these; returns the targets of each."""
    runs = []

    async def work() -> None:
        worker = far.worker()
        for before in rounds:
            await asyncio.to_thread(before)
            run = await asyncio.to_thread(far.start, choice=ONE)
            await asyncio.to_thread(far.stage.advance, run)
            await worker.step()
            await worker.finish()
            runs.append(run)
        await worker.close()

    asyncio.run(work())
    return [dict(far.stage.advance(run).counts) for run in runs]


def test_a_connection_is_used_again_by_the_next_task(far: FarDesktops) -> None:
    before = logins(far)
    ended = go_on_with(far, lambda: None, lambda: None, lambda: None)
    assert ended == [{"succeeded": 1}] * 3
    assert logins(far) == before + 1


def test_what_a_task_leaves_behind_lives_on_and_prints_into_no_other_output(
    far: FarDesktops, tmp_path: Path
) -> None:
    pid, before = tmp_path / "pid", logins(far)
    leaves = f"(trap '' PIPE; while :; do echo left; sleep 0.1; done) & echo $! > {pid}\n"
    scripts = [far.script(body) for body in (leaves, "sleep 1; echo mine\n")]
    runs = [far.start(script=each, choice=ONE, key=str(each)) for each in scripts]

    async def work() -> list[bool]:
        worker, lived = far.worker(), []
        for run in runs:
            await asyncio.to_thread(far.stage.advance, run)
            await worker.step()
            await worker.finish()
            lived.append(is_alive(int(pid.read_text())))
        await worker.close()
        return lived

    try:
        assert asyncio.run(work()) == [True, True]
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)
    assert far.outputs(runs[1]) == [b"mine\n"]
    assert logins(far) == before + 2


def test_a_kept_connection_is_left_when_its_profile_or_its_key_is_another(
    far: FarDesktops,
) -> None:
    root, before = far.stage.cloud.people["root"], logins(far)

    def change() -> None:
        far.stage.pass_time(timedelta(seconds=1))
        far.change_profile(connect_timeout_s=9)

    def forget() -> None:
        (key,) = ssh.fetch_host_keys(root).items
        host_keys.forget_key(root, key.desktop)

    ended = go_on_with(far, lambda: None, change, forget)
    assert ended == [{"succeeded": 1}] * 3
    assert logins(far) == before + 3


def test_a_kept_connection_whose_other_end_is_gone_is_made_anew(far: FarDesktops) -> None:
    def restart() -> None:
        far.server.stop()
        far.server.start()

    assert go_on_with(far, lambda: None, restart) == [{"succeeded": 1}] * 2


def test_what_is_printed_is_seen_while_it_still_runs(far: FarDesktops, tmp_path: Path) -> None:
    go = tmp_path / "go"
    body = f"echo first; until [ -e {go} ]; do sleep 0.1; done; echo last\n"
    run = far.start(script=far.script(body), choice=ONE)
    far.stage.advance(run)

    async def work() -> list[bytes]:
        worker = far.worker()
        await worker.step()
        await far.wait_until_seen(worker, run, b"first\n")
        (target,) = await asyncio.to_thread(far.targets, run)
        assert target.state is _T.RUNNING
        go.touch()
        await worker.finish()
        await worker.close()
        return await asyncio.to_thread(far.outputs, run)

    assert asyncio.run(work()) == [b"first\nlast\n"]


def test_output_that_does_not_follow_on_what_is_kept_is_told_from_its_beginning(
    far: FarDesktops,
) -> None:
    run = far.start(choice=ONE)
    far.stage.advance(run)
    (task,) = ledger.system_take("one", far.stage.now, limit=1)
    tell = partial(ledger.system_note_output, "one")
    assert tell({task.target: (task.tenant, 0, b"early")}) == {}  # nothing was begun
    ledger.system_note_begun("one", [task.target], far.stage.now)
    assert tell({task.target: (task.tenant, 0, b"abc")}) == {task.target: 3}
    assert tell({task.target: (task.tenant, 3, b"def")}) == {task.target: 6}
    assert tell({task.target: (task.tenant, 3, b"def")}) == {}
    assert tell({task.target: (task.tenant, 0, b"abcdefg")}) == {task.target: 7}
    other = ledger.system_note_output("two", {task.target: (task.tenant, 7, b"lies")})
    assert other == {}
    assert far.outputs(run) == [b"abcdefg"]
    far.stage.pass_time(timedelta(seconds=90))
    ledger.system_take("two", far.stage.now, limit=1)
    (target,) = far.targets(run)
    assert (target.state, target.output_bytes) == (_T.INTERRUPTED, 7)


def test_a_connection_that_is_lost_is_told_as_it_is_and_nothing_runs_again(
    far: FarDesktops, tmp_path: Path
) -> None:
    count = tmp_path / "count"
    body = f"echo x >> {count}\n{tree(tmp_path)}"
    run = far.start(script=far.script(body), choice=ONE)
    far.stage.advance(run)

    async def go() -> None:
        worker = far.worker()
        await worker.step()
        await asyncio.to_thread(wait_until, lambda: len(pids(tmp_path)) == 3, timeout_s=60)
        await asyncio.to_thread(far.server.stop)
        await worker.finish()
        await worker.close()

    try:
        asyncio.run(go())
    finally:
        far.server.start()
    assert far.go_on(run, rounds=4) == {"interrupted": 1}
    assert far.reasons(run) == {"ssh_lost"}
    assert count.read_text() == "x\n"
    # the far side noticed, and ended it by itself
    wait_until(lambda: not any(map(is_alive, pids(tmp_path))), timeout_s=60)


def test_a_worker_that_dies_makes_nothing_run_twice(far: FarDesktops, tmp_path: Path) -> None:
    count = tmp_path / "count"
    run = far.start(script=far.script(f"echo x >> {count}\n"), choice=Choice(names=NAMES[:2]))
    far.stage.advance(run)
    now = far.stage.now
    first, second = ledger.system_take("dead", now, limit=10)
    assert ledger.system_note_begun("dead", [first.target], now) == {first.target}
    assert far.go_on(run) == {"running": 1, "sent": 1}  # nobody takes it while it may be in hand
    far.stage.pass_time(timedelta(seconds=90))
    assert far.go_on(run, rounds=2) == {"interrupted": 1, "succeeded": 1}
    assert count.read_text() == "x\n"
    by_id = {each.id: each for each in far.targets(run)}
    assert by_id[first.target].reason == "ssh_worker"
    assert by_id[second.target].state is _T.SUCCEEDED
    # who was taken for dead may begin nothing any more
    assert ledger.system_note_begun("dead", [second.target], far.stage.now) == set()


def test_output_is_bounded_whatever_is_printed(far: FarDesktops) -> None:
    body = "head -c 30000000 /dev/urandom\nprintf '\\033[31m<b>end'\n"
    run = far.start(script=far.script(body, max_output_bytes=65536), choice=ONE)
    assert far.go_on(run) == {"succeeded": 1}
    (text,) = far.outputs(run)
    assert len(text) <= 65536
    assert text.endswith(b"<b>end")
    (target,) = far.targets(run)
    assert (target.output_bytes, target.is_cut) == (30000000 + 11, True)


def test_who_can_not_sign_in_or_is_not_there_is_told_as_that(far: FarDesktops) -> None:
    far.change_profile(user="nobody-of-this-name")
    run = far.start(choice=ONE)
    assert far.go_on(run) == {"refused": 1}
    assert far.reasons(run) == {"ssh_login"}
    far.change_profile(port=9, connect_timeout_s=2)
    run = far.start(choice=ONE)
    assert far.go_on(run) == {"sent": 1}
    assert far.go_on(run, rounds=3) == {"refused": 1}
    assert far.reasons(run) == {"ssh_unreachable"}


def test_a_profile_that_is_switched_off_reaches_nobody(far: FarDesktops) -> None:
    run = far.start(choice=ONE)
    far.stage.advance(run)
    far.change_profile(is_enabled=False)
    assert far.go_on(run) == {"refused": 1}
    assert far.reasons(run) == {"ssh_profile"}


def test_no_more_are_reached_at_once_than_the_profile_says(far: FarDesktops) -> None:
    far.change_profile(parallel=3)
    run = far.start()
    far.stage.advance(run)
    assert len(ledger.system_take("one", far.stage.now, limit=10)) == 3
    assert len(ledger.system_take("other", far.stage.now, limit=10)) == 0
