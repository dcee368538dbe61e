"""Changes to what was heard of sources: kept by receivers and govern, forgotten by people."""

from collections.abc import Sequence
from datetime import datetime

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.announce import held_back
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Viewer
from yunwei.monitor.collect.actions.sources import lock_source, tell_source
from yunwei.monitor.collect.facts import Heard, HeardEngine
from yunwei.monitor.collect.queries.heard import LONGEST_PAST
from yunwei.monitor.collect.store import heard as store


def system_note_heard(heard: Heard, *, now: datetime) -> None:
    """Note when sources were heard, at most one write per source in 30 s, and add to counts."""
    if not heard.at and not heard.counts:
        return
    with transaction() as conn:
        if heard.at:
            store.note_heard(conn, heard)
        if heard.counts:
            hour = now.replace(minute=0, second=0, microsecond=0)
            store.add_counts(conn, heard.counts, hour=hour, since=now - LONGEST_PAST)
        if heard.samples:
            store.add_samples(conn, heard.samples)


def system_keep_engines(engines: Sequence[HeardEngine], *, now: datetime) -> None:
    """Keep the clocks of SNMP engines beyond the life of the receiver that heard them."""
    if engines:
        with transaction() as conn:
            store.keep_engines(conn, engines, now)


def forget_engine(viewer: Viewer, source: SourceId, engine_id: str) -> None:
    """Let an SNMP engine begin anew, whose counters a repair has reset. Raises Refused.

    engine_id: in hex. Until it is heard again, what was captured of it counts as new.
    """
    with held_back(), transaction() as conn:
        row = lock_source(conn, viewer, source)
        address = store.forget_engine(conn, source, engine_id)
        if address is None:
            raise Refused()
        tell_source(
            conn,
            viewer,
            "collect.forget_engine",
            source=source,
            tenant=row["tenant"],
            name=row["name"],
            before={"engine_id": engine_id, "address": address},
        )
