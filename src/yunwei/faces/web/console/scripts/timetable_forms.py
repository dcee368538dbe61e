"""The form of a timetable: what, when, on which desktops, how. Changes nothing."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import ScriptId
from yunwei.base.core.wall_clock import parse_minute, say_minute
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.console.scripts.run_forms import (
    VALUE,
    guard_fields,
    how_fields,
    read_choice,
    read_plan,
    read_values,
    rule_fields,
    value_field,
    who_fields,
)
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word
from yunwei.faces.web.shared.words import options
from yunwei.operate.scripts.facts.library import Version
from yunwei.operate.timetables.facts import (
    Missed,
    OnDays,
    Rhythm,
    Times,
    Timetable,
    TimetableDraft,
)
from yunwei.operate.usage.queries.ground import choose_zone


def fields_of(viewer: Viewer, version: Version | None, *, is_new: bool) -> tuple[FormField, ...]:
    """Return the fields. version: that may run now, whose parameters are asked for."""
    asked = version.content.parameters if version is not None else ()
    skipped = ("file",) if is_new else ("file", "tenant")
    desktops = FormField(key="desktops", label="", kind="hidden", is_required=False)
    return (
        FormField(key="name", label=_("Name")),
        *_time_fields(viewer),
        *(value_field(each) for each in asked),
        *(each for each in who_fields(viewer) if each.key not in skipped),
        desktops,
        *how_fields(),
        *guard_fields(),
        *rule_fields(),
        FormField(key="note", label=_("What it is for"), is_required=False),
        FormField(
            key="is_enabled",
            label=_("It is on"),
            kind="boolean",
            default="true",
            is_required=False,
        ),
    )


def _time_fields(viewer: Viewer) -> tuple[FormField, ...]:
    return (
        FormField(
            key="rhythm",
            label=_("How often"),
            kind="choice",
            options=options("rhythm"),
            default=Rhythm.DAILY.value,
        ),
        FormField(key="day", label=_("For once: on this day"), kind="day", is_required=False),
        FormField(
            key="weekdays",
            label=_("Every week: on these days"),
            kind="several",
            options=options("weekday"),
            is_required=False,
        ),
        FormField(
            key="month_day",
            label=_("Every month: on this day"),
            kind="number",
            default="1",
            minimum=1,
            maximum=31,
            help=_("In a shorter month its last day."),
        ),
        FormField(
            key="on_days",
            label=_("On which kinds of day"),
            kind="choice",
            options=options("on_days"),
            default=OnDays.ANY.value,
            help=_(
                "By the customer's calendar; on days that are not published nothing is started."
            ),
        ),
        FormField(key="at", label=_("At"), kind="time", default="02:00"),
        FormField(key="time_zone", label=_("Time zone"), default=choose_zone(viewer)),
        FormField(
            key="window_minutes",
            label=_("Window, in minutes: nothing is begun after it"),
            kind="number",
            default="240",
            minimum=10,
            maximum=1440,
        ),
        FormField(
            key="missed",
            label=_("Starts whose window went by while the platform was down"),
            kind="choice",
            options=options("missed_starts"),
            default=Missed.SKIP.value,
        ),
    )


def first_of(row: Timetable) -> dict[str, str | Sequence[str]]:
    """Return a timetable as its form shows it."""
    times, plan, choice = row.times, row.plan, row.choice
    return {
        "name": row.name,
        "rhythm": times.rhythm.value,
        "day": times.day.isoformat() if times.day else "",
        "weekdays": [str(each) for each in times.weekdays],
        "month_day": str(times.month_day),
        "on_days": times.on_days.value,
        "at": say_minute(times.at_minute),
        "time_zone": times.time_zone,
        "window_minutes": str(times.window_minutes),
        "missed": row.missed.value,
        **{f"{VALUE}{name}": text for name, text in row.values.items()},
        "names": "\n".join(choice.names),
        "pools": [str(each) for each in choice.pools],
        "condition": choice.condition,
        "desktops": ",".join(str(each) for each in choice.desktops),
        "canary": plan.canary,
        "batch": plan.batch,
        "pause_s": str(plan.pause_s),
        "parallel": str(plan.parallel),
        "stop_at": plan.stop_at,
        "offline": plan.offline.value,
        "skips_maintenance": "true" if plan.skips_maintenance else "",
        "watch_minutes": str(plan.watch_minutes),
        "watch_worse": str(plan.watch_worse),
        "watch_blind": plan.watch_blind.value,
        "skips_active": "true" if plan.skips_active else "",
        "note": row.note,
        "is_enabled": "true" if row.is_enabled else "",
    }


def read_draft(sent: Form, script: ScriptId, version: Version | None) -> TimetableDraft:
    """Return what was typed; raises Invalid naming the field."""
    return TimetableDraft(
        name=sent.text("name"),
        script=script,
        times=_read_times(sent),
        choice=read_choice(sent),
        plan=read_plan(sent),
        values=read_values(sent, version) if version is not None else {},
        missed=chosen_word(sent, "missed", Missed),
        note=sent.text("note"),
        is_enabled=sent.is_on("is_enabled"),
    )


def _read_times(sent: Form) -> Times:
    weekdays = sent.several("weekdays")
    if not all(each.isascii() and each.isdigit() for each in weekdays):
        raise Invalid("weekdays", "this is not one of the choices")
    return Times(
        rhythm=chosen_word(sent, "rhythm", Rhythm),
        time_zone=sent.text("time_zone"),
        at_minute=parse_minute(sent.text("at")[:5], field="at"),
        window_minutes=sent.number("window_minutes"),
        on_days=chosen_word(sent, "on_days", OnDays),
        day=_read_day(sent.text("day")),
        weekdays=tuple(int(each) for each in weekdays),
        month_day=sent.number("month_day"),
    )


def _read_day(typed: str) -> date | None:
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("day", "this is not a date") from error
