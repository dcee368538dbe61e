"""Real agents as processes, and whoever gives them orders: on a running platform, through its REST
and its ledger."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.support.platform import OURS
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.facts import Permission, Role, Viewer
from yunwei.operate.agents.actions import tasks as actions
from yunwei.operate.agents.facts.tasks import OrderDraft
from yunwei_agent import identity, machine
from yunwei_wire.commands import Language

CLOCK = SystemClock()
_ENROLLED_BY_PROCESS = 4


@dataclass
class AgentProcess:
    """One agent on a folder of its own."""

    folder: Path
    url: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self.folder.with_name(f"{self.folder.name}.log").read_text("utf-8")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def id(self) -> int:
        return int(json.loads((self.folder / "identity.json").read_text())["agent"][1:])

    def enrol(self, token: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        quick = {"heartbeat_s": 2.0, "sync_s": 2.0, "jitter_s": 0.2}
        (self.folder / "agent.json").write_text(json.dumps({**quick, **self.settings}))
        done = self._command("enrol", "--url", self.url, "--name", self.name, "--token-stdin")
        out, err = done.communicate(f"{token}\n".encode(), timeout=60)
        assert done.returncode == 0, (out, err)

    def enrol_quickly(self, token: str) -> None:
        """The same without a process of its own, which takes a moment to start."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "agent.json").write_text(json.dumps(dict(self.settings)))
        id = machine.read_machine()
        who = identity.enrol(self.url, token, name=self.name, machine=id, system="")
        identity.save_identity(self.folder, who)

    def start(self) -> None:
        self._process = self._command("run")

    def kill(self) -> None:
        """kill -9: what runs goes on without it."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)

    def _command(self, act: str, *words: str) -> subprocess.Popen[bytes]:
        is_run = act == "run"
        with self.folder.with_name(f"{self.folder.name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "yunwei_agent", act, "--folder", str(self.folder), *words],
                stdin=subprocess.DEVNULL if is_run else subprocess.PIPE,
                stdout=log if is_run else subprocess.PIPE,
                stderr=log if is_run else subprocess.PIPE,
                env=OURS,
            )

    def begun(self) -> list[int]:
        """Return every beginning of a task that its own journal holds."""
        return [task for task, _ in self.begun_at()]

    def begun_at(self) -> list[tuple[int, float]]:
        """Return the same, each with when that was, in seconds since 1970."""
        path = f"file:{self.folder / 'journal.db'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as journal:
            found = journal.execute("SELECT task, at_ms FROM run").fetchall()
        return [(task, at_ms / 1000) for task, at_ms in found]


@contextmanager
def running_agents(
    folder: Path, url: str, token: str, count: int, **settings: Any
) -> Iterator[list[AgentProcess]]:
    """Enrol and start so many agents; they end with the block."""
    made = [
        AgentProcess(folder=folder / f"agent-{n}", url=url, name=f"d-{n}", settings=settings)
        for n in range(count)
    ]
    try:
        for number, agent in enumerate(made):
            if number < _ENROLLED_BY_PROCESS:
                agent.enrol(token)
            else:
                agent.enrol_quickly(token)
            agent.start()
        yield made
    finally:
        for agent in made:
            agent.stop()


def make_token(api: httpx.Client, *, uses: int = 1) -> str:
    """Make an enrolment token over REST."""
    until = (CLOCK.now() + timedelta(hours=1)).isoformat()
    answer = api.post("/agent-enrolments", json={"name": "t", "uses": uses, "expires_at": until})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def operator(tenant: int = 1, *tenants: int) -> Viewer:
    """Somebody who may order scripts for these tenants."""
    return Viewer(
        user_id=None,
        name="olga",
        role=Role.OPERATOR,
        tenant=TenantId(tenant),
        tenants=tuple(TenantId(each) for each in tenants or (tenant,)),
        permissions=frozenset(Permission),
    )


def order(
    agents: list[int], body: str, *, box: SecretBox, key: str, tenant: int = 1, **details: Any
) -> int:
    """Order a script of a shell on some agents; needs a door to PostgreSQL."""
    draft = OrderDraft(
        key=key,
        title=key,
        language=details.pop("language", Language.SHELL),
        body=body,
        deadline_at=CLOCK.now() + details.pop("wait", timedelta(hours=1)),
        **details,
    )
    viewer = operator(tenant)
    return actions.submit_order(viewer, TenantId(tenant), draft, agents, box=box, now=CLOCK.now())
