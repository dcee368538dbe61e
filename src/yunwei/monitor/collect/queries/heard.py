"""Questions about what was heard of sources: counts by hour, engines of SNMP v3."""

from datetime import datetime, timedelta

from yunwei.base.core.ids import SourceId
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.facts import HeardEngine, Sample, SnmpEngine, SourceCount
from yunwei.monitor.collect.queries.sources import access_source
from yunwei.monitor.collect.store import heard as store

LONGEST_PAST = timedelta(days=400)
_SHOWN_ENGINES = 200


def fetch_source_counts(
    viewer: Viewer, source: SourceId, *, since: datetime
) -> tuple[SourceCount, ...]:
    """Return what came of a source by hour and kind, oldest first; hours without any are not
    there. Raises Refused."""
    access_source(viewer, source)
    with transaction() as conn:
        return store.fetch_counts(conn, source, since)


def fetch_snmp_engines(viewer: Viewer, source: SourceId) -> tuple[SnmpEngine, ...]:
    """Return the SNMP engines that were heard of a source, up to 200, newest first."""
    access_source(viewer, source)
    with transaction() as conn:
        return store.engines_of_source(conn, source, _SHOWN_ENGINES)


def fetch_samples(
    viewer: Viewer, source: SourceId, *, after: int = 0, limit: int = 20
) -> tuple[Sample, ...]:
    """Return what came of a source lately, newest first. after: only what came after that one.

    A few of each kind are kept, some seconds after they came. Raises Refused.
    """
    require(viewer, Permission.SEE_SOURCES)
    access_source(viewer, source)
    with transaction() as conn:
        return store.fetch_samples(conn, source, after=after, limit=limit)


def fetch_last_sample(viewer: Viewer, source: SourceId) -> int:
    """Return the id of the newest sample, 0 when there is none: to ask later what came since."""
    require(viewer, Permission.SEE_SOURCES)
    access_source(viewer, source)
    with transaction() as conn:
        return store.last_sample(conn, source)


def system_snmp_engines(now: datetime) -> tuple[HeardEngine, ...]:
    """Return the clocks of all engines that a receiver has to know."""
    with transaction() as conn:
        return store.fetch_engines(conn, now)
