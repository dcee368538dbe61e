"""An alarm's history over REST, whatever its life was and however it ended.

Raised and cleared are two entries: of a tuple of two Ninja would take the first for a status.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from tests.support.alarms import build_raw
from tests.support.openapi import CheckedClient
from tests.support.people import PASSWORD, Standing, make_people
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import AlarmId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarms
from yunwei.monitor.collect.actions import sources
from yunwei.monitor.collect.facts import SourceDraft, SourceRow
from yunwei.monitor.governance.actions import judging
from yunwei.monitor.governance.rules.memory import WorkingMemory
from yunwei.run.rulebook import Rulebook

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Standing:
    return make_people()


@pytest.fixture
def console(people: Standing) -> Client:
    client = CheckedClient()
    client.post("/account/sign-in", {"login": "root", "password": PASSWORD})
    return client


@pytest.fixture
def source(people: Standing) -> SourceRow:
    draft = SourceDraft(
        tenant=people.a.id, connector="snmp_trap", name="Devices", settings={"communities": "x"}
    )
    return sources.add_source(people["root"], draft)


class Life:
    """One alarm, moved by hand and judged as `govern` does."""

    def __init__(self, people: Standing, source: SourceRow) -> None:
        self.people = people
        self.source = source
        self.now = SystemClock().now() - timedelta(hours=2)
        self.id = AlarmId(0)

    def says(self, act: AlarmAct, **changes: object) -> None:
        self.now += timedelta(minutes=1)
        raw = build_raw(
            act, tenant=self.source.tenant, source=self.source.id, native_id=f"{self.now}"
        )
        self._apply(replace(raw, event_at=self.now, received_at=self.now, **changes))  # type: ignore[arg-type]

    def _apply(self, raw: RawAlarm) -> None:
        book = Rulebook(public_url="https://yunwei.example", time_zone="UTC")
        with transaction() as conn:
            book.refresh(conn, self.now)
            steps = alarms.apply_raw_alarms(conn, [raw], now=self.now)
            judging.judge_steps(
                conn,
                steps,
                book.pipeline,
                source_names=book.source_names,
                memory=WorkingMemory(inhibitions_of=book.noise.inhibitions),
                now=self.now,
            )
        after = steps[0].after
        assert after is not None
        self.id = after.id


def ends_by_its_source(life: Life) -> None:
    life.says(AlarmAct.CLEAR)


def worsens_is_taken_up_and_ends(life: Life) -> None:
    life.says(AlarmAct.RAISE, severity=Severity.CRITICAL)
    alarms.acknowledge_alarm(life.people["root"], life.id, now=life.now, note="seen")
    life.says(AlarmAct.CLEAR)


def is_cleared_by_hand(life: Life) -> None:
    alarms.clear_alarm(life.people["root"], life.id, now=life.now, note="not there any more")


def flaps(life: Life) -> None:
    for _ in range(6):
        life.says(AlarmAct.CLEAR)
        life.says(AlarmAct.RAISE)
    life.says(AlarmAct.CLEAR)


def is_noticed_only(life: Life) -> None:
    life.says(AlarmAct.NOTICE, alarm_type="host.restarted")


def is_found_to_be_over(life: Life) -> None:
    life.says(AlarmAct.CLEAR, is_found=True)


LIVES = (
    ends_by_its_source,
    worsens_is_taken_up_and_ends,
    is_cleared_by_hand,
    flaps,
    is_noticed_only,
    is_found_to_be_over,
)


@pytest.mark.parametrize("happens", LIVES)
def test_the_history_of_an_alarm_that_is_over_is_told(
    console: Client, people: Standing, source: SourceRow, happens: Callable[[Life], None]
) -> None:
    life = Life(people, source)
    life.says(AlarmAct.RAISE)
    happens(life)

    for part in ("", "/changes", "/occurrences", "/judgements"):
        answer = console.get(f"/api/v1/alarms/{life.id}{part}")
        assert answer.status_code == 200, (part, answer.content)
    assert console.get(f"/api/v1/alarms/{life.id}").json()["is_cleared"]
    history = console.get(f"/api/v1/alarms/{life.id}/changes").json()
    assert history
    assert console.get(f"/alarms/{life.id}").status_code == 200
