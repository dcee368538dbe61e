"""What who carries out runs needs of a way to desktops: one that waits for its task, and what comes
of it. The ways themselves are `ssh_connections` and `winrm_connections`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from yunwei.base.core.far import Offer, Ran, Task
from yunwei.operate.ssh.facts import Opened

type Take = Callable[[bytes], None]
"""Gets what a script prints, piece by piece."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a desktop is. name: its own; trusted: its host key, "" when none is known."""

    address: str
    name: str
    trusted: str


class Reached(Protocol):
    """A desktop on which a program waits for its task; nothing of that has begun."""

    async def run(self, task: Task, stop: asyncio.Event) -> Ran:
        """Run a task and return what became of it. Raises MachineUnreached when nothing can be
        begun there."""
        ...

    def give_back(self, ran: Ran) -> None:
        """Be done with it, after this task."""
        ...

    def close(self) -> None:
        """Part from the desktop; it ends what still runs."""
        ...


class Way(Protocol):
    async def reach(self, opened: Opened, at: Place, offer: Offer, take: Take) -> Reached:
        """Return a desktop that waits for its task; whoever calls gives it back, or closes it.
        offer: becomes the key that it shows. Raises MachineUnreached."""
        ...

    def sweep(self) -> None:
        """Close what was not used for a while."""
        ...

    async def close(self) -> None:
        """Part from every machine, and wait a little until all of them are gone."""
        ...
