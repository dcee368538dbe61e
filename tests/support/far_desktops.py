"""Desktops without agents that are reached over SSH or WinRM: a customer's, at loopback addresses,
behind one real OpenSSH server, or one stand-in for Windows machines."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.support.running import Stage, make_stage
from tests.support.sshd import Sshd
from tests.support.windows import PASSWORD, USER, Windows
from yunwei.base.core.ids import RunId, ScriptId, SshProfileId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.runs import queries
from yunwei.operate.runs.facts.runs import Plan, Target, TargetState
from yunwei.operate.runs.jobs.ssh import SshTasks
from yunwei.operate.scripts.facts.library import ScriptLanguage, VersionDraft
from yunwei.operate.ssh.actions import profiles
from yunwei.operate.ssh.facts import HostTrust, Kind, ProfileDraft

NAMES = ("PC-01", "PC-02", "PC-03", "PC-04")


@dataclass
class StageClock:
    stage: Stage

    def now(self) -> datetime:
        return self.stage.now


class FarDesktops:
    """Four desktops of customer A that nothing but a profile reaches."""

    language = ScriptLanguage.SHELL

    def __init__(self, server: Sshd, **changes: Any) -> None:
        self.server = server
        self.set_up(**changes)

    def set_up(self, **changes: Any) -> None:
        self.stage = make_stage(agents=0)
        self.stage.names = NAMES
        plain = VersionDraft(body="echo hello\n")
        self.stage.script = self.stage.approve("plain", plain, self.language)
        self.place(NAMES)
        self.profile = self.add_profile(**changes)

    def place(self, names: tuple[str, ...], address: str = "127.0.1.") -> None:
        with transaction() as conn, cursor(conn) as opened:
            opened.execute("UPDATE inventory_desktop SET ip = ''")
            for number, name in enumerate(names, start=1):
                opened.execute(
                    "UPDATE inventory_desktop SET ip = %s WHERE name = %s",
                    (f"{address}{number}", name),
                )

    def draft(self, **changes: Any) -> ProfileDraft:
        usual = ProfileDraft(
            name="linux",
            user=self.server.user,
            port=self.server.port,
            private_key=self.server.login_key,
            trust=HostTrust.FIRST_USE,
        )
        return replace(usual, **changes)

    def add_profile(self, **changes: Any) -> SshProfileId:
        root, tenant = self.stage.cloud.people["root"], self.stage.cloud.tenant
        draft, now = self.draft(**changes), self.stage.now
        return profiles.add_profile(root, tenant, draft, box=self.stage.box, now=now)

    def change_profile(self, **changes: Any) -> None:
        root, now = self.stage.cloud.people["root"], self.stage.now
        draft = self.draft(**changes)
        profiles.change_profile(root, self.profile, draft, box=self.stage.box, now=now)

    def script(self, body: str, language: str = "", **content: Any) -> ScriptId:
        self.stage.made += 1
        draft = VersionDraft(body=body, **content)
        known = ScriptLanguage(language or self.language)
        return self.stage.approve(f"s{self.stage.made}", draft, known)

    def start(self, **changes: object) -> RunId:
        usual = {"values": {}, "plan": Plan(canary="", stop_at="")}
        return self.stage.start(**(usual | changes))

    def worker(self) -> SshTasks:
        clock: Clock = StageClock(self.stage)  # type: ignore[assignment]
        return SshTasks(clock, self.stage.box, lambda: None)

    def go_on(self, run: RunId, *, rounds: int = 1) -> dict[str, int]:
        """Let the jobs look, as often; returns the targets by state."""

        async def work() -> None:
            worker = self.worker()
            await worker.step()
            await worker.finish()
            await worker.close()

        for _round in range(rounds):
            self.stage.advance(run)
            asyncio.run(work())
            self.stage.advance(run)
            self.stage.pass_time(timedelta(seconds=30))
        return dict(self.stage.run(run).counts)

    def run(self, body: str, **changes: Any) -> dict[str, int]:
        """Run a script to its end; returns the targets by state."""
        return self.go_on(self.start(script=self.script(body), **changes))

    def targets(self, run: RunId, *states: TargetState) -> list[Target]:
        return self.stage.targets(run, *states)

    def reasons(self, run: RunId) -> set[str]:
        return {each.reason for each in self.targets(run)}

    def outputs(self, run: RunId) -> list[bytes]:
        return [text for _target, text in queries.fetch_all_output(self.stage.olga, run)]

    async def wait_until_seen(self, worker: SshTasks, run: RunId, text: bytes) -> None:
        """Let pages be told until they show this; the test's own time-out ends it."""
        while await asyncio.to_thread(self.outputs, run) != [text]:
            await worker.live_step()
            await asyncio.sleep(0.05)


class FarWindows(FarDesktops):
    """The same, over WinRM. Their scripts say Batch; the stand-in runs them by /bin/sh."""

    language = ScriptLanguage.BATCH

    def __init__(self, windows: Windows, **changes: Any) -> None:
        self.windows = windows
        self.set_up(**changes)

    def draft(self, **changes: Any) -> ProfileDraft:
        usual = ProfileDraft(
            name="windows",
            kind=Kind.WINRM,
            user=USER,
            port=self.windows.port,
            password=PASSWORD,
            trust=HostTrust.FIRST_USE,
        )
        return replace(usual, **changes)
