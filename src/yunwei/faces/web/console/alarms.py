"""The pages of alarms: four lists, one alarm with its why, and what people do about alarms."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.core.ids import AlarmId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.base.saved_views.facts import SavedPage
from yunwei.faces.web.console.alarm_rows import ListedAlarm, fetch_listed
from yunwei.faces.web.console.alarm_story import Moment, build_story
from yunwei.faces.web.console.alarm_types import TypeBoard
from yunwei.faces.web.shared.alarm_texts import say_alarm
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, source_options, word_filter
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import AlarmRow, AlarmView, Change, Occurrence
from yunwei.monitor.governance.facts.decisions import JudgementRow
from yunwei.monitor.governance.queries import judgements as governance
from yunwei.monitor.governance.queries import situations as situation_queries
from yunwei.monitor.notify.facts.escalation import Escalation, Notification
from yunwei.monitor.notify.facts.messages import MessageRow
from yunwei.monitor.notify.queries import escalation as escalation_queries
from yunwei.monitor.notify.queries import messages as message_queries
from yunwei.monitor.notify.rules.escalation import has_further_step
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.facts import RawAlarmRow
from yunwei.operate.remedies import queries as remedies
from yunwei.operate.remedies.facts import Attempt, Remedy

PARTS = ("alarm", "why", "history")
_BULK = "console/alarms/_bulk.html"
_ROW_END = "console/alarms/_row_end.html"
_RAW_SHOWN = timedelta(days=90)


def alarm_url(row: ListedAlarm) -> str:
    return reverse("alarm", args=[row.alarm.id])


def _parse_day(text: str) -> datetime:
    """A day of the viewer's calendar, as the instant at which it begins."""
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.get_current_timezone())


def _parse_day_end(text: str) -> datetime:
    return _parse_day(text) + timedelta(days=1)


def _hidden_by(row: ListedAlarm) -> tuple[str, ...]:
    return tuple(each.rule_name for each in row.alarm.suppressed_by if each.rule_name)


_COLUMNS: tuple[Column[ListedAlarm], ...] = (
    Column(
        name="severity",
        label=_("Severity"),
        value=lambda row: row.alarm.severity,
        kind="badge",
        words="severity",
        sort="severity",
    ),
    Column(
        name="text",
        label=_("Alarm"),
        value=lambda row: say_alarm(row.alarm),
        note=lambda row: row.alarm.managed_object,
        link=alarm_url,
        is_main=True,
    ),
    Column(
        name="source",
        label=_("Source"),
        value=lambda row: row.source_name,
        sort="source",
        phone="hide",
    ),
    Column(
        name="raised_at",
        label=_("Raised"),
        value=lambda row: row.alarm.raised_at,
        kind="time",
        sort="raised_at",
    ),
    Column(
        name="last_raised_at",
        label=_("Last reported"),
        value=lambda row: row.alarm.last_raised_at,
        kind="time",
        sort="last_raised_at",
        is_default=False,
        phone="hide",
    ),
    Column(
        name="count",
        label=_("Reports"),
        value=lambda row: row.alarm.count,
        kind="number",
        sort="count",
        phone="hide",
    ),
    Column(
        name="alarm_type",
        label=_("Type"),
        value=lambda row: row.alarm.alarm_type,
        kind="code",
        sort="alarm_type",
        is_default=False,
        phone="hide",
    ),
    Column(
        name="managed_object",
        label=_("Object"),
        value=lambda row: row.alarm.managed_object,
        kind="code",
        sort="managed_object",
        is_default=False,
        phone="hide",
    ),
)
_TAKEN_UP = Column[ListedAlarm](
    name="operator_state",
    label=_("Taken up"),
    value=lambda row: row.alarm.operator_state,
    note=lambda row: row.taken_up_by,
    kind="word",
    words="operator_state",
)
_HIDDEN_BY = Column[ListedAlarm](
    name="suppressed_by", label=_("Kept quiet by"), value=_hidden_by, kind="tags"
)
_SHELVED_UNTIL = Column[ListedAlarm](
    name="shelved_until",
    label=_("Shelved until"),
    value=lambda row: row.alarm.shelved_until,
    note=lambda row: row.alarm.operator_note,
    kind="time",
)
_CLEARED_AT = Column[ListedAlarm](
    name="cleared_at",
    label=_("Cleared"),
    value=lambda row: row.alarm.cleared_at,
    kind="time",
    sort="cleared_at",
)

_EXTRA: dict[AlarmView, tuple[Column[ListedAlarm], ...]] = {
    AlarmView.OPEN: (_TAKEN_UP,),
    AlarmView.MASKED: (_HIDDEN_BY, _TAKEN_UP),
    AlarmView.SHELVED: (_SHELVED_UNTIL, _TAKEN_UP),
    AlarmView.HISTORY: (_CLEARED_AT, _TAKEN_UP),
}
_EMPTY: dict[AlarmView, tuple[str, Text, Text]] = {
    AlarmView.OPEN: (
        "circle-check",
        _("No open alarms"),
        _("Nothing needs you. What mask rules keep quiet stands in its own list."),
    ),
    AlarmView.MASKED: ("eye-off", _("No masked alarms"), _("Mask rules hide nothing at present.")),
    AlarmView.SHELVED: ("clock-pause", _("Nothing is shelved"), ""),
    AlarmView.HISTORY: ("history", _("No cleared alarms"), ""),
}
_FILTERS: tuple[Filter, ...] = (
    search_filter(_("Text, object, type")),
    word_filter("severity", _("Severity: all"), "severity", is_listed=True),
    Filter(name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"),
    word_filter("operator_state", _("Taken up: all"), "operator_state", "shelved"),
    Filter(name="raised_since", label=_("Raised from"), parse=_parse_day, kind="date"),
    Filter(
        name="raised_until",
        label=_("Raised until"),
        parse=_parse_day_end,
        kind="date",
        is_main=False,
    ),
    Filter(name="alarm_type", label=_("Type"), kind="text", is_main=False),
    Filter(name="object", label=_("Object"), kind="text", is_main=False),
)


def _build_list(view: AlarmView) -> ListSpec[ListedAlarm]:
    icon, title, text = _EMPTY[view]
    return ListSpec[ListedAlarm](
        name=f"alarms-{view.value}",
        title=_("Alarms"),
        columns=_COLUMNS + _EXTRA[view],
        filters=_FILTERS,
        fetch=lambda viewer, filters, page: fetch_listed(viewer, view, filters, page),
        row_id=lambda row: row.alarm.id,
        default_sort="-cleared_at" if view is AlarmView.HISTORY else "-raised_at",
        refresh=("alarms",),
        saved_as=SavedPage.ALARMS,
        empty_icon=icon,
        empty_title=title,
        empty_text=text,
    )


LISTS = {view: _build_list(view) for view in AlarmView}


@dataclass
class AlarmBoard:
    """What one alarm's page may show; only what its part asks is fetched."""

    viewer: Viewer
    id: AlarmId
    now: datetime = field(default_factory=CLOCK.now)

    @cached_property
    def row(self) -> AlarmRow:
        return alarms.access_alarm(self.viewer, self.id)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return alarms.fetch_changes(self.viewer, self.id)

    @cached_property
    def occurrences(self) -> tuple[Occurrence, ...]:
        return alarms.fetch_occurrences(self.viewer, self.id, limit=20)

    @cached_property
    def judgements(self) -> tuple[JudgementRow, ...]:
        return governance.explain_alarm(self.viewer, self.id, limit=20)

    @cached_property
    def latest_judgement(self) -> JudgementRow | None:
        return next(iter(self.judgements), None)

    @cached_property
    def situations(self) -> list[dict[str, Any]]:
        """To which it belongs or belonged, the latest first."""
        return situation_queries.fetch_situations_of(self.viewer, self.id)[:3]

    @cached_property
    def meaning(self) -> TypeBoard:
        alarm = self.row.alarm
        return TypeBoard(
            viewer=self.viewer, alarm_type=alarm.alarm_type, now=self.now, said=alarm.text
        )

    @cached_property
    def messages(self) -> tuple[MessageRow, ...]:
        return message_queries.fetch_messages_of(self.viewer, self.id)

    @property
    def story(self) -> tuple[Moment, ...]:
        return build_story(self.changes, self.judgements, self.messages, self.attempts)

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """What remedies did about it."""
        return remedies.fetch_attempts_of(self.viewer, self.id)

    @cached_property
    def remedies(self) -> tuple[Remedy, ...]:
        """What may be applied to it."""
        return remedies.fetch_fitting(self.viewer, self.id)

    @cached_property
    def notification(self) -> Notification:
        alarm = self.row.alarm
        found = escalation_queries.fetch_notifications(self.viewer, {alarm.id: alarm.occurrence})
        return found[alarm.id]

    @property
    def can_escalate(self) -> bool:
        """Whether a policy has a further step."""
        return any(has_further_step(each) for each in self.escalations)

    @cached_property
    def escalations(self) -> tuple[Escalation, ...]:
        found = escalation_queries.fetch_escalations_of(self.viewer, self.id)
        return tuple(each for each in found if each.occurrence == self.row.alarm.occurrence)

    @cached_property
    def mine(self) -> tuple[MessageRow, ...]:
        """What the viewer was told of it."""
        names = {self.viewer.name, self.viewer.display_name}
        return tuple(each for each in self.messages if each.recipient in names)

    @cached_property
    def reports(self) -> tuple[RawAlarmRow, ...] | None:
        """What the source reported, each with what it did; None while it can not be read."""
        since, until = self.now - _RAW_SHOWN, self.now
        try:
            return telemetry.raw_alarms_of(self.viewer, self.id, since, until, limit=30)
        except EngineAway:
            return None


@page(Permission.SEE_MONITORING)
def list_alarms(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /alarms?view=open|masked|shelved|history"""
    view = read_view(request)
    return serve_list(
        request,
        viewer,
        LISTS[view],
        "console/alarms/list.html",
        view=view,
        views=tuple(AlarmView),
        counts=_once(lambda: alarms.count_views(viewer)),
        beside="console/alarms/_tabs.html",
        may_mask=may(viewer, Permission.MANAGE_RULES),
        bulk_url=reverse("alarm_act"),
        **({"bulk": _BULK, "row_end": _ROW_END} if may(viewer, Permission.OPERATE_ALARMS) else {}),
    )


def _once[T](ask: Callable[[], T]) -> Callable[[], T]:
    """A question that a template may ask several times, or not at all."""
    answers: list[T] = []

    def asked() -> T:
        if not answers:
            answers.append(ask())
        return answers[0]

    return asked


def read_view(request: HttpRequest) -> AlarmView:
    try:
        return AlarmView(request.GET.get("view", "") or AlarmView.OPEN)
    except ValueError as error:
        raise Invalid("view", "this is not one of the choices") from error


@page(Permission.SEE_MONITORING)
def show_alarm(request: HttpRequest, viewer: Viewer, alarm: int) -> HttpResponseBase:
    """GET /alarms/N"""
    board = AlarmBoard(viewer=viewer, id=AlarmId(alarm))
    return render(
        request, "console/alarms/detail.html", parts=PARTS, board=board, alarm=board.row.alarm
    )


urlpatterns = [
    path("alarms", list_alarms, name="alarms"),
    path("alarms/<int:alarm>", show_alarm, name="alarm"),
]
