"""What `govern` remembers between alarms: kept in memory, refilled from the database when another
process may have governed meanwhile, when noise rules change, and when the topology does."""

from datetime import datetime, timedelta

from yunwei.base.infra.postgres import Connection
from yunwei.monitor.governance.actions import remembering
from yunwei.monitor.governance.facts.memory import NO_TOPOLOGY
from yunwei.monitor.governance.facts.topology import Topology
from yunwei.monitor.governance.rules.memory import WorkingMemory
from yunwei.monitor.governance.rules.noise_book import NoiseBook
from yunwei.run.rulebook import Rulebook

_FRESH = timedelta(seconds=5)


class Recollection:
    """Not safe for several threads at once; `govern` uses it from one.

    A transaction works on a copy: `begin` gives it, `keep` puts it in the place of the old one
    once the transaction is committed.
    """

    def __init__(self) -> None:
        self._memory: WorkingMemory | None = None
        self._book: NoiseBook | None = None
        self._topology: Topology = NO_TOPOLOGY
        self._signature: object = None
        self._looked_at: datetime | None = None

    def forget(self) -> None:
        """Somebody else may have governed: fill it anew at the next round."""
        self._memory = None

    def begin(self, conn: Connection, rulebook: Rulebook, now: datetime) -> WorkingMemory:
        """Return a copy to work on, up to date with rules and topology."""
        book = rulebook.noise
        is_new = self._memory is None or book is not self._book
        memory = self._memory or WorkingMemory(inhibitions_of=book.inhibitions)
        memory = memory.fork()
        memory.inhibitions_of, memory.gatherings_of = book.inhibitions, book.gatherings
        has_moved = self._look_at_topology(conn, now)
        if is_new:
            memory.topology = self._topology
            remembering.remember(conn, memory, rulebook.source_names, now)
        elif has_moved:
            memory.look_again(self._topology)
        # each round: a person's word holds for the very judgement that it asks for
        remembering.remember_pins(conn, memory)
        self._book = book
        return memory

    def keep(self, memory: WorkingMemory, now: datetime) -> None:
        """Go on with what a committed transaction knew in the end."""
        memory.forget_ended(now)
        self._memory = memory

    def _look_at_topology(self, conn: Connection, now: datetime) -> bool:
        if self._looked_at is not None and now - self._looked_at < _FRESH:
            return False
        self._looked_at = now
        signature = remembering.system_topology_signature(conn)
        if signature == self._signature:
            return False
        self._topology = remembering.system_topology(conn)
        self._signature = signature
        return True
