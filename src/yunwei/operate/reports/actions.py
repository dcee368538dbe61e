"""What people do about reports: have one made, cancel, release, send, remove; schedules."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Language, Permission, Role, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.notify.queries import channels as channel_queries
from yunwei.operate.reports import own, own_queries, own_store, queries, store
from yunwei.operate.reports.archive import (
    Recipients,
    Report,
    ReportDraft,
    ReportFile,
    ReportState,
    ScheduleDraft,
)
from yunwei.operate.reports.definitions import BUILT_IN
from yunwei.operate.reports.letters import (
    ReportSettings,
    check_files,
    check_outside,
    check_settings,
)
from yunwei.operate.reports.periods import Period, PeriodKind, last_whole, period_of
from yunwei.operate.reports.render.formats import FileKind

PART = "reports"
_MANAGE = Permission.MANAGE_REPORTS
_LONGEST_NAME = 200
_MOST_AFTER_MINUTES = 15 * 24 * 60
_MOST_RECIPIENTS = 200
_MANY = PageRequest(limit=1000)


def ask_report(viewer: Viewer, draft: ReportDraft, *, now: datetime) -> int:
    """Have a report made; it is worked on in the background. Returns its id. Raises Refused,
    Invalid."""
    require(viewer, _MANAGE, draft.tenant)
    _check_language(draft.language)
    if draft.period.from_at >= now:
        raise Invalid("first", "this is still to come")
    with transaction() as conn:
        draft = _with_version(conn, viewer, draft)
        made = store.add_report(conn, draft, now=now, by=viewer.name)
        if made is None:
            raise Conflict("there is such a report")
        known = queries.access_report(viewer, made)
        _tell(conn, viewer, "reports.make", known)
    return made


def _with_version(conn: Connection, viewer: Viewer, draft: ReportDraft) -> ReportDraft:
    """Return a draft that says by which version it is made; raises Invalid where it can not be."""
    if draft.definition in BUILT_IN:
        check_period(draft.definition, draft.period.kind)
        return replace(draft, own_version=None)
    version = own_queries.find_version(conn, viewer, draft.tenant, draft.definition)
    own.check_period(version.content.sections, draft.period.kind)
    return replace(draft, own_version=version.id)


def check_period(definition: str, period: PeriodKind) -> None:
    """Raise Invalid for a time of which a built-in report can not be."""
    kinds = {each.kind for each in BUILT_IN[definition].wishes}
    own.check_period((own.OwnSection(kind=each) for each in kinds), period)


def cancel_report(viewer: Viewer, report: int) -> None:
    """Make no more of a report. Raises Refused; Conflict when it is made already."""
    with transaction() as conn:
        known = _lock(conn, viewer, report)
        if not store.rows(conn, "note_cancelled", {"id": known.id}):
            raise Conflict("this report is made already")
        _tell(conn, viewer, "reports.cancel", known)


def retry_report(viewer: Viewer, report: int) -> None:
    """Have a report made that failed or was cancelled. Raises Refused, Conflict."""
    with transaction() as conn:
        known = _lock(conn, viewer, report)
        if not store.rows(conn, "ask_again", {"id": known.id}):
            raise Conflict("only what failed or was cancelled can be made again")
        _tell(conn, viewer, "reports.retry", known)


def release_report(viewer: Viewer, report: int, *, now: datetime) -> None:
    """Let the customer's people see a report; one of a schedule is sent to its recipients. Raises
    Refused; Conflict when it is not made, or released already."""
    with transaction() as conn:
        known = _lock(conn, viewer, report)
        system_release(conn, known, by=viewer.name, now=now)
        _tell(conn, viewer, "reports.release", known)


def system_release(conn: Connection, report: Report, *, by: str, now: datetime) -> None:
    """Release a report and have it sent, in the caller's transaction. Raises Conflict."""
    if report.state is not ReportState.READY:
        raise Conflict("this report is not made yet")
    if not store.rows(conn, "note_released", {"id": report.id, "now": now, "by": by}):
        raise Conflict("this report is released already")
    if report.schedule is not None:
        found = store.rows(conn, "schedule_of", {"id": report.schedule})
        if found:
            recipients = store.read_recipients(found[0]["recipients"])
            _add_delivery(conn, report.id, 1, recipients, now=now, by=by)


def send_test(viewer: Viewer, report: int, *, now: datetime) -> None:
    """Send a report to the viewer alone, as its recipients would get it. Raises Refused,
    Conflict."""
    with transaction() as conn:
        known = _lock(conn, viewer, report)
        if known.state is not ReportState.READY:
            raise Conflict("this report is not made yet")
        if viewer.user_id is None:
            raise Conflict("only a person can have a test")
        _add_delivery(
            conn, known.id, 0, Recipients(people=(viewer.user_id,)), now=now, by=viewer.name
        )
        _tell(conn, viewer, "reports.send_test", known)


def send_again(viewer: Viewer, report: int, *, now: datetime) -> None:
    """Send a released report to its schedule's recipients of today once more. Raises Refused,
    Conflict."""
    with transaction() as conn:
        known = _lock(conn, viewer, report)
        if known.released_at is None:
            raise Conflict("release the report first")
        found = store.rows(conn, "schedule_of", {"id": known.schedule}) if known.schedule else []
        if not found:
            raise Conflict("this report has no schedule, and so no recipients")
        recipients = store.read_recipients(found[0]["recipients"])
        turn = int(store.rows(conn, "last_turn", {"id": known.id})[0]["turn"]) + 1
        _add_delivery(conn, known.id, turn, recipients, now=now, by=viewer.name)
        _tell(conn, viewer, "reports.send", known)


def _add_delivery(
    conn: Connection,
    report: int,
    turn: int,
    recipients: Recipients,
    *,
    now: datetime,
    by: str,
) -> None:
    values = {
        "id": report,
        "turn": turn,
        "recipients": store.to_text(recipients),
        "now": now,
        "by": by,
    }
    store.rows(conn, "add_delivery", values)
    announce_work(PART)


def take_file(viewer: Viewer, report: int, kind: FileKind) -> ReportFile:
    """Return a report as a file; it stands in the audit log who took it. Raises Refused; Conflict
    while it is not made."""
    known = queries.access_report(viewer, report)
    file = queries.build_file(known, queries.fetch_content(viewer, report), kind)
    with transaction() as conn:
        record(
            conn,
            viewer,
            "reports.download",
            object_kind="report",
            object_id=known.id,
            object_name=known.definition,
            tenant=known.tenant,
            after={"format": kind.value},
        )
    return file


def remove_report(viewer: Viewer, report: int) -> None:
    """Remove a report from the archive. Raises Refused; Conflict for one that was released: what
    a customer was given stays."""
    with transaction() as conn:
        known = _lock(conn, viewer, report)
        if known.released_at is not None:
            raise Conflict("a report that was released stays in the archive")
        store.change(conn, "remove_report", {"id": known.id})
        _tell(conn, viewer, "reports.remove", known)


def add_schedule(viewer: Viewer, draft: ScheduleDraft, *, now: datetime) -> int:
    """Have reports made again and again, from the period in which we are on. Returns its id.
    Raises Refused, Invalid, Conflict."""
    require(viewer, _MANAGE, draft.tenant)
    checked = _check_schedule(viewer, draft)
    since = _first_day(checked, now)
    with transaction() as conn:
        values = store.schedule_values(checked, since) | {"now": now, "by": viewer.name}
        made = store.first_id(store.rows(conn, "add_schedule", values))
        if made is None:
            raise Conflict("there is a schedule of this name")
        _tell_schedule(conn, viewer, "reports.add_schedule", made, checked)
    return made


def change_schedule(
    viewer: Viewer, schedule: int, draft: ScheduleDraft, *, version: int, now: datetime
) -> None:
    """Change a schedule. Of another period, it begins with the one in which we are. Raises
    Refused, Invalid; Conflict when somebody else changed it meanwhile."""
    known = queries.access_schedule(viewer, schedule)
    require(viewer, _MANAGE, known.draft.tenant)
    checked = _check_schedule(viewer, replace(draft, tenant=known.draft.tenant))
    is_same = (checked.period, checked.time_zone) == (known.draft.period, known.draft.time_zone)
    was_on = known.draft.is_enabled
    since = known.since if is_same and was_on else _first_day(checked, now)
    with transaction() as conn:
        values = store.schedule_values(checked, since) | {"id": schedule, "version": version}
        if not store.rows(conn, "change_schedule", values):
            raise Conflict("somebody changed it in the meantime")
        _tell_schedule(conn, viewer, "reports.change_schedule", schedule, checked)


def remove_schedule(viewer: Viewer, schedule: int, *, now: datetime) -> None:
    """End a schedule; its reports stay. Raises Refused."""
    known = queries.access_schedule(viewer, schedule)
    require(viewer, _MANAGE, known.draft.tenant)
    with transaction() as conn:
        store.rows(conn, "remove_schedule", {"id": schedule, "now": now})
        _tell_schedule(conn, viewer, "reports.remove_schedule", schedule, known.draft)


def make_scheduled(viewer: Viewer, schedule: int, *, now: datetime) -> int:
    """Have the report of a schedule's latest period that is over made at once, due or not; a person
    releases it, whatever the schedule says. Returns its id. Raises Refused; Conflict when there is
    one already."""
    known = queries.access_schedule(viewer, schedule)
    draft = known.draft
    require(viewer, _MANAGE, draft.tenant)
    period = last_whole(draft.period, now, draft.time_zone)
    with transaction() as conn:
        wanted = system_draft(conn, draft, period)
        made = store.add_report(
            conn, wanted, now=now, by=viewer.name, schedule=schedule, is_approval_needed=True
        )
        if made is None:
            raise Conflict("this schedule has the report of its latest period already")
        _tell(conn, viewer, "reports.make", queries.access_report(viewer, made))
    return made


def system_draft(conn: Connection, schedule: ScheduleDraft, period: Period) -> ReportDraft:
    """Return what a schedule wants of a period: one's own by its newest version, compared with what
    that says."""
    number = own.own_id(schedule.definition)
    version = own_store.find_latest(conn, schedule.tenant, number) if number else None
    compared_with = version.content.compared_with if version else own.ComparedWith.BEFORE
    return ReportDraft(
        tenant=schedule.tenant,
        definition=schedule.definition,
        language=schedule.language,
        period=period,
        is_compared=compared_with is not own.ComparedWith.NOTHING,
        is_last_year=compared_with is own.ComparedWith.LAST_YEAR,
        own_version=version.id if version else None,
    )


def change_settings(viewer: Viewer, settings: ReportSettings, *, now: datetime) -> None:
    """Say what a tenant wants of its reports. settings.version: which was read. Raises Refused,
    Invalid; Conflict when somebody else changed it meanwhile."""
    require(viewer, _MANAGE, settings.tenant)
    checked = check_settings(settings)
    before = queries.fetch_settings(viewer, settings.tenant)
    with transaction() as conn:
        if before.version != settings.version or not store.save_settings(conn, checked, now=now):
            raise Conflict("somebody changed it in the meantime")
        record(
            conn,
            viewer,
            "reports.change_settings",
            object_kind="report_settings",
            object_id=settings.tenant,
            object_name="",
            tenant=settings.tenant,
            before=_tell_settings(before),
            after=_tell_settings(checked),
        )


def _tell_settings(settings: ReportSettings) -> dict[str, object]:
    return {
        "allows_outside": settings.allows_outside,
        "domains": list(settings.domains),
        "most_bytes": settings.most_bytes,
    }


def _first_day(draft: ScheduleDraft, now: datetime) -> date:
    """Return the first day of the period in which we are."""
    today = now.astimezone(ZoneInfo(draft.time_zone)).date()
    return period_of(draft.period, today, draft.time_zone).first


def _check_language(language: str) -> None:
    if language not in {each.value for each in Language}:
        raise Invalid("language", "this is not one of the choices")


def _check_schedule(viewer: Viewer, draft: ScheduleDraft) -> ScheduleDraft:
    """Return a schedule that can be so; raises Invalid at the field."""
    _check_language(draft.language)
    _check_made(viewer, draft)
    name = draft.name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid("name", "between 1 and 200 characters")
    if draft.period is PeriodKind.CUSTOM:
        raise Invalid("period", "this is not one of the choices")
    if draft.time_zone not in available_timezones():
        raise Invalid("time_zone", "there is no such time zone")
    minutes = draft.after.total_seconds() / 60
    if not 0 <= minutes <= _MOST_AFTER_MINUTES:
        raise Invalid("after", "within 15 days after the period")
    recipients = replace(
        draft.recipients,
        files=check_files(draft.recipients.files),
        outside=check_outside(
            queries.fetch_settings(viewer, draft.tenant), draft.recipients.outside
        ),
    )
    _check_recipients(recipients)
    _check_channels(viewer, recipients)
    return replace(draft, name=name, recipients=recipients)


def _check_made(viewer: Viewer, draft: ScheduleDraft) -> None:
    """Raise Invalid for what a schedule can not have made."""
    if draft.definition in BUILT_IN:
        check_period(draft.definition, draft.period)
        return
    with transaction() as conn:
        version = own_queries.find_version(conn, viewer, draft.tenant, draft.definition)
    own.check_period(version.content.sections, draft.period)
    if not own_queries.access_own(viewer, version.definition).is_shared:
        raise Invalid("definition", "share this report before a schedule makes it")


def _check_recipients(recipients: Recipients) -> None:
    if recipients.is_empty:
        raise Invalid("recipients", "somebody has to get it")
    if any(role not in {each.value for each in Role} for role in recipients.roles):
        raise Invalid("roles", "this is not one of the choices")
    count = len(recipients.people) + len(recipients.channels)
    if count > _MOST_RECIPIENTS:
        raise Invalid("recipients", "at most 200 people and groups")


def _check_channels(viewer: Viewer, recipients: Recipients) -> None:
    """Raise Invalid for a group that is not the viewer's to write to."""
    if recipients.channels:
        known = {each.id for each in channel_queries.fetch_channels(viewer, page=_MANY).items}
        if not known.issuperset(recipients.channels):
            raise Invalid("channels", "this is not one of the choices")


def _lock(conn: Connection, viewer: Viewer, report: int) -> Report:
    known = queries.access_report(viewer, report)
    require(viewer, _MANAGE, known.tenant)
    store.rows(conn, "lock_report", {"id": report})
    return queries.access_report(viewer, report)


def _tell(conn: Connection, viewer: Viewer, verb: str, report: Report) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="report",
        object_id=report.id,
        object_name=report.definition,
        tenant=report.tenant,
        after={"first_day": report.first_day.isoformat(), "last_day": report.last_day.isoformat()},
    )
    announce_work(PART)
    announce_live(PART, report.tenant)


def _tell_schedule(
    conn: Connection, viewer: Viewer, verb: str, schedule: int, draft: ScheduleDraft
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="report_schedule",
        object_id=schedule,
        object_name=draft.name,
        tenant=draft.tenant,
        after={"definition": draft.definition, "period": draft.period.value},
    )
    announce_work(PART)
    announce_live(PART, draft.tenant)
