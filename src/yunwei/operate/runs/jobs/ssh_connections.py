"""The connections of one copy that carries out scripts over SSH: to desktops, kept for a while
after a task, and to the jump hosts that lie between, which tasks share."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakSet

import asyncssh

from yunwei.base.core.far import Offer, Ran, Task
from yunwei.base.core.ids import SshProfileId
from yunwei.base.infra.ssh.connection import connect
from yunwei.base.infra.ssh.kept import Kept
from yunwei.base.infra.ssh.scripts import FarProgram, run_far_task, start_far_program
from yunwei.operate.runs.jobs.ways import Place, Take
from yunwei.operate.ssh.actions.reaching import connect_jump_host, machine_at
from yunwei.operate.ssh.facts import Opened

_MOST_KEPT = 500
_KEPT_S = 60.0
_MOST_TASKS = 100
"""Then what a program keeps on its desktop, the scripts of its tasks, goes with it."""
_PARTING_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A desktop on which a program waits for its task. place, seal: as in `Kept`."""

    home: "SshConnections"
    program: FarProgram
    place: tuple[SshProfileId, str]
    seal: tuple[datetime, str]
    take: Take

    async def run(self, task: Task, stop: asyncio.Event) -> Ran:
        return await run_far_task(self.program, task, take=self.take, stop=stop)

    def give_back(self, ran: Ran) -> None:
        """Keep the connection for the next task, where this one came to its end by itself."""
        self.home.give_back(self, ran)

    def close(self) -> None:
        """Part from the desktop; it ends what still runs."""
        self.program.close()


class SshConnections:
    """Another profile, another host key that is believed, and nothing that was kept is used."""

    def __init__(self) -> None:
        self._kept: Kept[FarProgram] = Kept(most=_MOST_KEPT, idle_s=_KEPT_S)
        self._jumps: dict[SshProfileId, tuple[datetime, asyncssh.SSHClientConnection]] = {}
        self._jump_lock = asyncio.Lock()
        self._open: WeakSet[asyncssh.SSHClientConnection] = WeakSet()

    async def reach(self, opened: Opened, at: Place, offer: Offer, take: Take) -> Reached:
        """Return a desktop that waits for its task; whoever calls gives it back, or closes it.
        offer: becomes the key that it shows, where it is connected to anew. Raises
        MachineUnreached."""
        place, seal = (opened.profile.id, at.address), (opened.profile.changed_at, at.trusted)
        timeout_s = opened.profile.connect_timeout_s
        known = self._kept.take(place, seal)
        if known is not None:
            if await known.is_here(timeout_s=timeout_s):
                return Reached(home=self, program=known, place=place, seal=seal, take=take)
            known.close()  # it was gone, and nobody had told us
        connection = await connect(
            machine_at(opened, at.address, at.trusted),
            offer,
            timeout_s=timeout_s,
            through=await self._jump(opened),
        )
        self._open.add(connection)
        try:
            program = await start_far_program(connection, timeout_s=timeout_s)
        except BaseException:
            connection.close()
            raise
        believed = (opened.profile.changed_at, at.trusted or offer.key)
        return Reached(home=self, program=program, place=place, seal=believed, take=take)

    def give_back(self, reached: Reached, ran: Ran) -> None:
        """Keep the desktop for the next task, where this one came to its end by itself and left
        nobody who still prints."""
        program = reached.program
        is_fit = program.is_waiting and ran.code is not None and program.tasks < _MOST_TASKS
        if is_fit and not program.is_closed():
            self._kept.give(reached.place, reached.seal, program)
        else:
            reached.close()

    async def _jump(self, opened: Opened) -> asyncssh.SSHClientConnection | None:
        """Return the connection to a profile's jump host, which its tasks share."""
        profile = opened.profile
        if not profile.jump_host:
            return None
        async with self._jump_lock:
            changed_at, known = self._jumps.get(profile.id, (None, None))
            if known is None or known.is_closed() or changed_at != profile.changed_at:
                known = await connect_jump_host(opened)
                self._open.add(known)
                self._jumps[profile.id] = (profile.changed_at, known)
            return known

    def sweep(self) -> None:
        """Close what was not used for a while."""
        self._kept.sweep()

    async def close(self) -> None:
        """Part from every machine, and wait a little until all of them are gone."""
        self._kept.close()
        parting = list(self._open)
        for connection in parting:
            connection.close()
        gone = [asyncio.create_task(connection.wait_closed()) for connection in parting]
        if gone:
            await asyncio.wait(gone, timeout=_PARTING_S)
            await asyncio.sleep(0)  # their sockets are closed in the loop's next round
        for each in gone:
            each.cancel()
