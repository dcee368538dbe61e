"""What was heard of sources: counts by hour, and the clocks of SNMP engines, kept and forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.collect.conftest import Site
from tests.integration.collect.support import rows
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import SourceId
from yunwei.monitor.collect.actions import heard as actions
from yunwei.monitor.collect.actions.sources import remove_source
from yunwei.monitor.collect.facts import Heard, HeardEngine
from yunwei.monitor.collect.queries import heard as queries

NOW = datetime(2026, 11, 23, 6, 40, tzinfo=UTC)
ENGINE = bytes.fromhex("80001f8804aabb")


@pytest.fixture
def source(site: Site) -> SourceId:
    return site.add_source("Traps", connector="snmp_trap")


def engine(source: SourceId, *, boots: int = 7, time_s: int = 100, ago_s: float = 0) -> HeardEngine:
    return HeardEngine(
        source=source,
        engine_id=ENGINE,
        address="192.0.2.1",
        user="olga",
        boots=boots,
        time_s=time_s,
        ago_s=ago_s,
    )


def note(source: SourceId, kind: str, count: int, now: datetime = NOW) -> None:
    actions.system_note_heard(Heard(at={}, counts={(source, kind): count}), now=now)


def test_counts_add_up_by_the_hour(site: Site, source: SourceId) -> None:
    note(source, "received", 3)
    note(source, "received", 4, NOW + timedelta(minutes=5))
    note(source, "refused.wrong_digest", 1)
    note(source, "received", 5, NOW + timedelta(hours=1))

    counted = queries.fetch_source_counts(site.viewer, source, since=NOW - timedelta(hours=1))

    assert [(each.hour.hour, each.kind, each.count) for each in counted] == [
        (6, "received", 7),
        (6, "refused.wrong_digest", 1),
        (7, "received", 5),
    ]
    later = queries.fetch_source_counts(site.viewer, source, since=NOW)
    assert [each.count for each in later] == [5]


def test_counts_older_than_are_shown_are_forgotten(site: Site, source: SourceId) -> None:
    note(source, "received", 3, NOW - queries.LONGEST_PAST - timedelta(days=1))
    note(source, "received", 1)
    note(source, "received", 1)

    assert [row["count"] for row in rows("SELECT count FROM collect_sourcecount")] == [2]


def test_a_clock_is_kept_with_its_age_and_never_goes_back(source: SourceId) -> None:
    actions.system_keep_engines([engine(source, ago_s=10)], now=NOW)
    actions.system_keep_engines([engine(source, boots=6, time_s=999)], now=NOW)
    actions.system_keep_engines([engine(source, time_s=99)], now=NOW)

    (kept,) = queries.system_snmp_engines(NOW + timedelta(seconds=20))

    assert kept == engine(source, ago_s=30)


def test_a_person_may_have_an_engine_forgotten(site: Site, source: SourceId) -> None:
    actions.system_keep_engines([engine(source)], now=NOW)
    (shown,) = queries.fetch_snmp_engines(site.viewer, source)
    assert (shown.engine_id, shown.user, shown.heard_at) == (ENGINE.hex(), "olga", NOW)

    actions.forget_engine(site.viewer, source, shown.engine_id)

    assert queries.fetch_snmp_engines(site.viewer, source) == ()
    (entry,) = rows("SELECT * FROM people_auditentry WHERE verb = 'collect.forget_engine'")
    assert entry["object_name"] == "Traps"
    with pytest.raises(Refused):
        actions.forget_engine(site.viewer, source, shown.engine_id)


def test_nobody_sees_or_forgets_what_is_not_theirs(site: Site, source: SourceId) -> None:
    actions.system_keep_engines([engine(source)], now=NOW)

    with pytest.raises(Refused):
        actions.forget_engine(site.stranger, source, ENGINE.hex())
    with pytest.raises(Refused):
        queries.fetch_snmp_engines(site.stranger, source)
    with pytest.raises(Refused):
        queries.fetch_source_counts(site.stranger, source, since=NOW)


def test_the_engines_of_a_removed_source_are_forgotten(site: Site, source: SourceId) -> None:
    actions.system_keep_engines([engine(source)], now=NOW)
    remove_source(site.viewer, source)
    actions.system_keep_engines([engine(source)], now=NOW)

    assert queries.system_snmp_engines(NOW) == ()
