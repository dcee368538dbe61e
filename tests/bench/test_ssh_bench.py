"""One command on a hundred desktops: through agents, through us over SSH, parallel-ssh and Ansible,
in one run.

Over SSH all of them reach one OpenSSH server of this machine at a loopback address for each
desktop, fifty at a time, with the same key. The far side costs them all alike, and shares the two
cores with who is measured. Cold, every connection is made anew; kept, the one before is there.

The agents are a hundred real processes that share the two cores, too: what a desktop spends to
begin a process is most of their figure. So ten thousand that are only played stand beside them,
which show what one controller can tell and take. The aim, a hundred times Ansible's, is theirs.
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
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.bench.conftest import Figures
from tests.support.agent_ground import Spent, carry_out_played, opened_ground
from tests.support.agents import make_token, running_agents
from tests.support.far_desktops import FarDesktops
from tests.support.platform import wait_until
from tests.support.sshd import Sshd, running_sshd
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.runs.facts.runs import Choice, Plan
from yunwei.operate.runs.jobs.ssh import SshTasks

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

DESKTOPS = 100
PLAYED = 10_000
FORKS = 50
ROUNDS = 2
AGENT_ROUNDS = 6
ADDRESSES = [f"127.0.{2 + number // 200}.{1 + number % 200}" for number in range(DESKTOPS)]

_COMMAND = ("-o", "-m", "command", "-a", "true")
_PARALLEL_SSH = """
import json, resource, sys, time
from pssh.clients import ParallelSSHClient
hosts, user, key, port, forks = json.loads(sys.argv[1])
client = ParallelSSHClient(hosts, user=user, pkey=key, port=port, pool_size=forks)
rounds = []
for _round in range(2):
    spent, began = time.process_time(), time.monotonic()
    output = client.run_command("true")
    client.join(output)
    assert [each.exit_code for each in output] == [0] * len(hosts)
    rounds.append([time.monotonic() - began, time.process_time() - spent])
print(json.dumps(rounds))
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


@pytest.fixture(scope="module")
def agents() -> dict[str, Spent]:
    """What agents do in the same run, on a platform that is gone before the others begin."""
    settings = {"heartbeat_s": 60.0, "sync_s": 20.0, "jitter_s": 2.0}
    with opened_ground() as ground:
        platform = ground.platform
        token = make_token(platform.api()._client, uses=DESKTOPS)
        folder = ground.folder / "agents"
        with running_agents(folder, platform.url, token, DESKTOPS, **settings) as running:
            online = "/agents?state=online&limit=1"
            wait_until(
                lambda: platform.api().get(online)["total"] == DESKTOPS, timeout_s=300, every_s=1
            )
            ids = [agent.id for agent in running]
            rounds = [ground.carry_out(ids, "true", f"round-{n}") for n in range(AGENT_ROUNDS)]
        played = asyncio.run(carry_out_played(ground, PLAYED))
    return {"real": max(rounds, key=lambda each: each.tasks), "played": played}


def test_one_command_four_ways(
    agents: dict[str, Spent],
    database_pool: object,
    durable: None,
    server: Sshd,
    tmp_path: Path,
    figures: Figures,
) -> None:
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text(server.login_key)
    far = FarDesktops(server, parallel=FORKS)
    names = add_desktops(far)
    # turn by turn, so that what else the machine does meets all of them
    ours: list[list[Pace]] = []
    theirs: list[list[Pace]] = []
    for _round in range(ROUNDS):
        ours.append(run_ours(far, names))
        theirs.append(run_parallel_ssh(server, key))
    (own, own_kept), (parallel, parallel_kept) = best(ours), best(theirs)
    ansible = run_ansible(server, key, tmp_path)
    paces = {
        "own": own,
        "own_kept": own_kept,
        "parallel_ssh": parallel,
        "parallel_ssh_kept": parallel_kept,
        "ansible": ansible,
    }
    for name, pace in paces.items():
        figures.add(f"ssh.{name}.tasks", pace.tasks, "tasks/s")
        figures.add(f"ssh.{name}.controller_cpu", pace.cpu_ms, "ms/task")
    figures.check("ssh.tasks_beside_parallel_ssh", own.tasks / parallel.tasks, "of theirs")
    kept = own_kept.tasks / parallel.tasks
    figures.check("ssh.kept_tasks_beside_parallel_ssh_cold", kept, "of theirs")
    both_kept = own_kept.tasks / parallel_kept.tasks
    figures.add("ssh.kept_tasks_beside_parallel_ssh_kept", both_kept, "of theirs")
    figures.check("ssh.tasks_beside_ansible", own.tasks / ansible.tasks, "of theirs")
    figures.check("ssh.cpu_beside_ansible", own.cpu_ms / ansible.cpu_ms, "of theirs")
    show_agents(figures, agents, ansible)


def show_agents(figures: Figures, agents: dict[str, Spent], ansible: Pace) -> None:
    real, played = agents["real"], agents["played"]
    for name, spent in (("real_100", real), ("played_10000_beside", played)):
        figures.add(f"agents.{name}.tasks", spent.tasks, "tasks/s")
        figures.add(f"agents.{name}.controller_cpu", spent.controller_ms, "ms/task")
        figures.add(f"agents.{name}.channel_cpu", spent.channel_ms, "ms/task")
        figures.add(f"agents.{name}.database_cpu", spent.database_ms, "ms/task")
    figures.check("agents.real_tasks_beside_ansible", real.tasks / ansible.tasks, "of theirs")
    figures.check("agents.played_tasks_beside_ansible", played.tasks / ansible.tasks, "of theirs")
    cpu_ms = real.controller_ms + real.channel_ms + real.database_ms
    figures.check("agents.real_cpu_beside_ansible", cpu_ms / ansible.cpu_ms, "of theirs")


def best(rounds: list[list[Pace]]) -> list[Pace]:
    """Return of the first of each round the best, and of the second."""
    return [max(paces, key=lambda each: each.tasks) for paces in zip(*rounds, strict=True)]


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


def run_ours(far: FarDesktops, names: tuple[str, ...]) -> list[Pace]:
    """From the run that was started to the ends that stand in the ledger: cold, then kept."""

    async def work() -> list[Pace]:
        worker = far.worker()
        try:
            return [await run_once(far, worker, names) for _run in range(2)]
        finally:
            await worker.close()

    return asyncio.run(work())


async def run_once(far: FarDesktops, worker: SshTasks, names: tuple[str, ...]) -> Pace:
    plan = Plan(canary="", stop_at="", parallel=1000)
    script = await asyncio.to_thread(far.script, "true\n")
    start = partial(far.start, script=script, choice=Choice(names=names), plan=plan)
    run = await asyncio.to_thread(start)
    database = await asyncio.to_thread(_database_cpu_s)
    spent, began = time.process_time(), time.monotonic()
    await asyncio.to_thread(far.stage.advance, run)
    await worker.step()
    while worker.in_hand:
        await worker.finish_one()
        await worker.step()
    ended = await asyncio.to_thread(far.stage.advance, run)
    took = time.monotonic() - began
    cpu_s = time.process_time() - spent + await asyncio.to_thread(_database_cpu_s) - database
    assert dict(ended.counts) == {"succeeded": DESKTOPS}
    return Pace(tasks=DESKTOPS / took, cpu_ms=cpu_s / DESKTOPS * 1000)


def _database_cpu_s() -> float:
    with transaction() as conn, cursor(conn) as opened:
        row = opened.execute("SELECT pg_backend_pid() AS pid").fetchone()
    assert row is not None
    server = psutil.Process(row["pid"]).parent()
    assert server is not None
    times = [each.cpu_times() for each in (server, *server.children())]
    return sum(each.user + each.system for each in times)


def run_parallel_ssh(server: Sshd, key: Path) -> list[Pace]:
    """Cold, then over the connections that its client kept."""
    asked = json.dumps([ADDRESSES, server.user, str(key), server.port, FORKS])
    done = subprocess.run(
        [sys.executable, "-c", _PARALLEL_SSH, asked], capture_output=True, text=True, check=True
    )
    return [
        Pace(tasks=DESKTOPS / took, cpu_ms=cpu_s / DESKTOPS * 1000)
        for took, cpu_s in json.loads(done.stdout)
    ]


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
