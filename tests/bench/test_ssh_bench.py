"""One command on the same desktops over SSH: through us, parallel-ssh and Ansible, in one run.

All of them reach one OpenSSH server of this machine at a loopback address for each desktop, fifty
at a time, with the same key; every connection is made anew. The far side costs them all alike, and
shares the two cores with who is measured.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.bench.conftest import Figures
from tests.support.far_desktops import FarDesktops
from tests.support.sshd import Sshd, running_sshd
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.runs.facts.runs import Choice, Plan

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

DESKTOPS = 100
FORKS = 50
ROUNDS = 2
ADDRESSES = [f"127.0.{2 + number // 200}.{1 + number % 200}" for number in range(DESKTOPS)]

_COMMAND = ("-o", "-m", "command", "-a", "true")
_PARALLEL_SSH = """
import json, resource, sys, time
from pssh.clients import ParallelSSHClient
hosts, user, key, port, forks = json.loads(sys.argv[1])
client = ParallelSSHClient(hosts, user=user, pkey=key, port=port, pool_size=forks)
spent, began = time.process_time(), time.monotonic()
output = client.run_command("true")
client.join(output)
assert [each.exit_code for each in output] == [0] * len(hosts)
print(json.dumps([time.monotonic() - began, time.process_time() - spent]))
"""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """tasks: a second. cpu_ms: of who controls, for each task."""

    tasks: float
    cpu_ms: float


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


def test_ssh_beside_parallel_ssh_and_ansible(
    database_pool: object, durable: None, server: Sshd, tmp_path: Path, figures: Figures
) -> None:
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text(server.login_key)
    far = FarDesktops(server, parallel=FORKS)
    names = add_desktops(far)
    # turn by turn, so that what else the machine does meets all of them
    ours: list[Pace] = []
    theirs: list[Pace] = []
    for _round in range(ROUNDS):
        ours.append(run_ours(far, names))
        theirs.append(run_parallel_ssh(server, key))
    own, parallel = best(ours), best(theirs)
    ansible = run_ansible(server, key, tmp_path)
    for name, pace in (("own", own), ("parallel_ssh", parallel), ("ansible", ansible)):
        figures.add(f"ssh.{name}.tasks", pace.tasks, "tasks/s")
        figures.add(f"ssh.{name}.controller_cpu", pace.cpu_ms, "ms/task")
    figures.check("ssh.tasks_beside_parallel_ssh", own.tasks / parallel.tasks, "of theirs")
    figures.check("ssh.tasks_beside_ansible", own.tasks / ansible.tasks, "of theirs")
    figures.check("ssh.cpu_beside_ansible", own.cpu_ms / ansible.cpu_ms, "of theirs")
    measured = {each.name for each in figures.all}
    if "agents.real_200.tasks" in measured:
        agents = figures.value("agents.real_200.tasks")
        figures.add("agents.tasks_beside_ansible", agents / ansible.tasks, "of theirs")


def best(paces: list[Pace]) -> Pace:
    return max(paces, key=lambda each: each.tasks)


def add_desktops(far: FarDesktops) -> tuple[str, ...]:
    """A hundred more desktops that nothing but the profile reaches; returns their names."""
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("SELECT * FROM inventory_desktop WHERE name = 'PC-01'")
        row = opened.fetchone()
        assert row is not None
        columns = [name for name in row if name != "id"]
        listed = ", ".join(columns)
        picked = ", ".join(
            {"name": "'far-' || n", "native_id": "'far-' || n", "ip": "a"}.get(name, f"d.{name}")
            for name in columns
        )
        opened.execute(
            f"INSERT INTO inventory_desktop ({listed}) SELECT {picked} FROM inventory_desktop d,"  # noqa: S608
            " unnest(%s::text[]) WITH ORDINALITY AS u (a, n) WHERE d.name = 'PC-01'",
            (ADDRESSES,),
        )
    return tuple(f"far-{n}" for n in range(1, DESKTOPS + 1))


def run_ours(far: FarDesktops, names: tuple[str, ...]) -> Pace:
    """From the run that was started to the ends that stand in the ledger."""
    script = far.script("true\n")
    plan = Plan(canary="", stop_at="", parallel=1000)
    run = far.start(script=script, choice=Choice(names=names), plan=plan)
    database = _database_cpu_s()
    spent, began = time.process_time(), time.monotonic()
    far.stage.advance(run)

    async def work() -> None:
        worker = far.worker()
        await worker.step()
        while worker.in_hand:
            await worker.finish_one()
            await worker.step()

    asyncio.run(work())
    far.stage.advance(run)
    took = time.monotonic() - began
    cpu_s = time.process_time() - spent + _database_cpu_s() - database
    assert dict(far.stage.run(run).counts) == {"succeeded": DESKTOPS}
    return Pace(tasks=DESKTOPS / took, cpu_ms=cpu_s / DESKTOPS * 1000)


def _database_cpu_s() -> float:
    with transaction() as conn, cursor(conn) as opened:
        row = opened.execute("SELECT pg_backend_pid() AS pid").fetchone()
    assert row is not None
    server = psutil.Process(row["pid"]).parent()
    assert server is not None
    times = [each.cpu_times() for each in (server, *server.children())]
    return sum(each.user + each.system for each in times)


def run_parallel_ssh(server: Sshd, key: Path) -> Pace:
    asked = json.dumps([ADDRESSES, server.user, str(key), server.port, FORKS])
    done = subprocess.run(
        [sys.executable, "-c", _PARALLEL_SSH, asked], capture_output=True, text=True, check=True
    )
    took, cpu_s = json.loads(done.stdout)
    return Pace(tasks=DESKTOPS / took, cpu_ms=cpu_s / DESKTOPS * 1000)


def run_ansible(server: Sshd, key: Path, folder: Path) -> Pace:
    hosts = folder / "hosts"
    hosts.write_text("\n".join(ADDRESSES))
    (folder / "ansible.cfg").write_text(
        f"[defaults]\nforks={FORKS}\nhost_key_checking=False\ngathering=explicit\n"
        f"interpreter_python={sys.executable}\nremote_user={server.user}\nremote_port={server.port}\n"
        f"private_key_file={key}\nlocal_tmp={folder}/local\nremote_tmp={folder}/remote\n"
        f"[ssh_connection]\npipelining=True\ncontrol_path_dir={folder}/cp\n"
        "ssh_args=-o ControlMaster=auto -o ControlPersist=5s -o UserKnownHostsFile=/dev/null\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible")), "all", "-i", str(hosts), *_COMMAND],
        env=os.environ | {"ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.monotonic() - began
    assert done.stdout.count("rc=0") == DESKTOPS, done.stdout[-2000:] + done.stderr[-2000:]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Pace(tasks=DESKTOPS / took, cpu_ms=cpu_s / DESKTOPS * 1000)
