"""Lets `collect` ask `alarms` how a source's own list differs from what stands here."""

from collections.abc import Callable
from datetime import datetime

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import queries
from yunwei.monitor.alarms.machine import build_key
from yunwei.monitor.alarms.rules.reconciling import SourceList, compare_lists
from yunwei.plugins.sdk.contract import CurrentAlarms

type Compare = Callable[
    [SourceId, CurrentAlarms, frozenset[str], datetime], tuple[tuple[RawAlarm, ...], frozenset[str]]
]


def build_compare(clock: Clock) -> Compare:
    """Return the comparison of `collect.hands.Hands`."""

    def compare(
        source: SourceId, listed: CurrentAlarms, waiting: frozenset[str], read_at: datetime
    ) -> tuple[tuple[RawAlarm, ...], frozenset[str]]:
        named = {build_key(raw): raw for raw in listed.alarms}
        with transaction() as conn:
            known = queries.system_alarms_of_source(conn, source, named)
        healing = compare_lists(
            known,
            SourceList(
                alarms=named,
                undecided=frozenset(map(build_key, listed.undecided)),
                speaks_of=listed.speaks_of,
                covers_since=listed.covers_since,
                is_complete=listed.is_complete,
                read_at=read_at,
            ),
            waiting=waiting,
            now=clock.now(),
        )
        return healing.healed, healing.waiting

    return compare
