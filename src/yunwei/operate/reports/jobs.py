"""Makes reports that were asked for, asks for those that schedules owe, and tells of them."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import msgspec
from django.utils import translation

from yunwei.base.core.errors import EngineAway, YunweiError
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import SYSTEM, Language
from yunwei.monitor.notify.actions.outbox import plan_notice
from yunwei.monitor.notify.facts.notices import Bilingual, Notice
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.operate.reports import actions, own_queries, own_store, store
from yunwei.operate.reports.archive import Delivery, Report, Schedule
from yunwei.operate.reports.composing import compose
from yunwei.operate.reports.content import Content
from yunwei.operate.reports.definitions import BUILT_IN
from yunwei.operate.reports.letters import Enclosure, ReportSettings, allowed_outside
from yunwei.operate.reports.periods import Period, periods_due
from yunwei.operate.reports.render.formats import FileKind
from yunwei.operate.reports.saying import say_report, say_span
from yunwei.operate.reports.sections.asking import Asking, limited

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=10)
_MOST_TRIES = 3
_PACE_S = 20.0
_AGAIN_S = 0.1
_DAY = timedelta(days=1)


class Unwanted(YunweiError):
    """Somebody cancelled the report that is being made."""


class ReportMaker:
    """One process's share of the work. public_url, time_zone: for messages."""

    def __init__(self, clock: Clock, *, public_url: str, time_zone: str) -> None:
        self._clock = clock
        self._public_url = public_url
        self._time_zone = time_zone

    async def step(self) -> float:
        """Do what is due; returns the seconds until somebody should look again. Raises
        EngineAway."""
        has_made = await asyncio.to_thread(self.go_round)
        return _AGAIN_S if has_made else _PACE_S

    def go_round(self) -> bool:
        """Ask for what schedules owe, make one report, tell of what is to be told. Says whether a
        report was made."""
        system_ask_due(self._clock.now())
        has_made = system_make_next(self._clock)
        system_send(self._clock.now(), public_url=self._public_url, time_zone=self._time_zone)
        return has_made


def system_ask_due(now: datetime) -> int:
    """Ask for the report of every period that is over and due, each once; returns how many. What
    was missed while nobody looked is caught up."""
    asked = 0
    with transaction() as conn:
        for row in store.rows(conn, "list_schedules", {}):
            schedule = store.build_schedule(row)
            if schedule.draft.is_enabled:
                asked += sum(
                    _ask_one(conn, schedule, period, now) for period in _due(schedule, now)
                )
    return asked


def _due(schedule: Schedule, now: datetime) -> Iterator[Period]:
    draft = schedule.draft
    since = schedule.since
    if schedule.last_last_day is not None:
        since = max(since, schedule.last_last_day + _DAY)
    return periods_due(draft.period, draft.time_zone, since=since, now=now, after=draft.after)


def _ask_one(conn: Connection, schedule: Schedule, period: Period, now: datetime) -> bool:
    draft = schedule.draft
    made = store.add_report(
        conn,
        actions.system_draft(conn, draft, period),
        now=now,
        by=schedule.created_by,
        schedule=schedule.id,
        is_approval_needed=draft.needs_approval,
    )
    return made is not None


def system_make_next(clock: Clock) -> bool:
    """Make the next report that was asked for; says whether there was one. Raises EngineAway."""
    now = clock.now()
    with transaction() as conn:
        claimed = store.rows(conn, "claim", {"now": now, "until": now + _LEASE})
        report = store.fetch_report(conn, claimed[0]["id"]) if claimed else None
    if report is None:
        return False
    if claimed[0]["tries"] > _MOST_TRIES:
        _note_failed(report, "the process that made it was ended, again and again")
        return True
    try:
        content, error = attempt(lambda: _compose(report, clock))
    except EngineAway:
        with transaction() as conn:
            store.change(conn, "put_back", {"id": report.id})
        raise
    if isinstance(error, Unwanted):
        return True
    if error is not None or content is None:
        logger.warning("report %d can not be made", report.id, exc_info=error)
        _note_failed(report, f"{type(error).__name__}: {error}"[:500])
        return True
    freeze(report, content, clock.now())
    return True


def _compose(report: Report, clock: Clock) -> Content:
    asking = Asking(
        viewer=limited(SYSTEM, report.tenant, report.language, report.time_zone),
        tenant=report.tenant,
        period=report.time,
        clock=clock,
        is_compared=report.is_compared,
        is_last_year=report.is_last_year,
    )
    if report.own_version is not None:
        with transaction() as conn:
            version = own_store.fetch_version(conn, report.own_version)
            brand = own_queries.system_brand(conn, report.tenant, version.content)
        return own_queries.compose_own(
            version,
            asking,
            tenant_name=report.tenant_name,
            brand=brand,
            made_by=report.created_by,
            progress=_progress_of(report, clock),
        )
    return compose(
        BUILT_IN[report.definition],
        asking,
        tenant_name=report.tenant_name,
        made_by=report.created_by,
        progress=_progress_of(report, clock),
    )


def _progress_of(report: Report, clock: Clock) -> Callable[[int, int], None]:
    def note(step: int, steps: int) -> None:
        values = {
            "id": report.id,
            "done": step,
            "of": steps,
            "until": clock.now() + _LEASE,
        }
        with transaction() as conn:
            is_wanted = store.rows(conn, "go_on", values)
        if not is_wanted:
            raise Unwanted()
        announce_live(actions.PART, report.tenant)

    return note


def freeze(report: Report, content: Content, now: datetime) -> None:
    """Keep a report's content for good, unless it is not wanted any more."""
    data = store.pack(content)
    values = {
        "id": report.id,
        "data": data,
        "sha256": hashlib.sha256(data).hexdigest(),
        "made_at": content.made_at,
        "share": content.coverage.share,
    }
    with transaction() as conn:
        if not store.rows(conn, "note_made", values):
            return
        if report.schedule is not None and not report.is_approval_needed:
            made = store.fetch_report(conn, report.id)
            actions.system_release(conn, made, by=report.created_by, now=now)
        announce_live(actions.PART, report.tenant)


def _note_failed(report: Report, error: str) -> None:
    with transaction() as conn:
        store.change(conn, "note_failed", {"id": report.id, "error": error})
        announce_live(actions.PART, report.tenant)


def system_send(now: datetime, *, public_url: str, time_zone: str) -> int:
    """Write the messages of deliveries that were asked for, each once; returns how many."""
    with transaction() as conn:
        found = tuple(map(store.build_delivery, store.rows(conn, "unsent", {})))
        if not found:
            return 0
        known = route_queries.system_snapshot(conn, public_url=public_url, time_zone=time_zone)
        for delivery in found:
            report = store.fetch_report(conn, delivery.report)
            settings = store.fetch_settings(conn, report.tenant)
            told = plan_notice(conn, build_notice(report, delivery, settings), known, now)
            values = {
                "id": delivery.id,
                "now": now,
                "reached": len(told),
                "told": msgspec.json.encode(told).decode(),
            }
            store.change(conn, "note_sent", values)
            announce_live(actions.PART, report.tenant)
    return len(found)


def build_notice(report: Report, delivery: Delivery, settings: ReportSettings) -> Notice:
    """Return what recipients are told. Its key makes each of them told once for each turn. Those
    from outside hear of it only where the tenant allows that by now."""
    chinese, english = (_say(report, language) for language in Language)
    told = delivery.recipients
    enclosure = Enclosure(
        report=report.id, files=tuple(map(FileKind, told.files)), most_bytes=settings.most_bytes
    )
    key = f"report-{report.id}-{delivery.turn}" if delivery.turn else f"report-test-{delivery.id}"
    return Notice(
        tenant=report.tenant,
        key=key,
        subject=Bilingual(zh=chinese[0], en=english[0]),
        body=Bilingual(zh=chinese[1], en=english[1]),
        people=told.people,
        roles=told.roles,
        channels=told.channels,
        outside=allowed_outside(settings, told.outside),
        outside_language=report.language,
        enclosure=enclosure.as_data() if enclosure.files else {},
        link=f"/reports/{report.id}",
    )


def _say(report: Report, language: Language) -> tuple[str, str]:
    with translation.override(language.value):
        title = say_report(report, language.value)
        span = say_span(report.first_day, report.last_day)
        subject = f"{title} · {report.tenant_name} · {span}"
        body = translation.gettext(
            "The report is ready: read it on the page, or take it as PDF, Excel or Word file."
        )
    return subject, body
