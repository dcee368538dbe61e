"""What people do about alarms, one or many at once: acknowledge, shelve, clear, comment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import AlarmId
from yunwei.base.core.page import Batch
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.choices import ACKNOWLEDGED_FOR, read_length
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, open_form, write_instant
from yunwei.faces.web.shared.page import CLOCK, action, done, render, way_back
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.alarms import actions
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.notify.actions import hurrying

_NOTE = FormField(key="note", label=gettext_lazy("Note"), kind="area", is_required=False)
_WORDS = FormField(key="note", label=gettext_lazy("Comment"), kind="area")
_REASON = FormField(key="note", label=gettext_lazy("Reason"), kind="area")
_UNTIL = FormField(key="until", label=gettext_lazy("Until"), kind="instant")
_LENGTH = FormField(
    key="length",
    label=gettext_lazy("Acknowledge for"),
    kind="choice",
    options=ACKNOWLEDGED_FOR,
    is_required=False,
)
_SHELF_LENGTH = timedelta(hours=8)

type Operate = Callable[[Viewer, Form, datetime, AlarmId], Alarm]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing to do. fields: what it needs to know; without any it is done at once."""

    label: Text
    title: Text
    operate: Operate
    fields: tuple[FormField, ...] = ()


ACTS: dict[str, Act] = {
    "acknowledge": Act(
        label=gettext_lazy("Acknowledge"),
        title=gettext_lazy("Acknowledge"),
        operate=lambda viewer, _form, now, alarm: actions.acknowledge_alarm(viewer, alarm, now=now),
    ),
    "acknowledge_for": Act(
        label=gettext_lazy("Acknowledge for…"),
        title=gettext_lazy("Acknowledge for a while; then it is open again and escalates on"),
        fields=(_LENGTH, _NOTE),
        operate=lambda viewer, form, now, alarm: actions.acknowledge_alarm(
            viewer, alarm, now=now, note=form.text("note"), until=_read_end(form, now)
        ),
    ),
    "unacknowledge": Act(
        label=gettext_lazy("Take acknowledgement back"),
        title=gettext_lazy("Take acknowledgement back"),
        operate=lambda viewer, _form, now, alarm: actions.unacknowledge_alarm(
            viewer, alarm, now=now
        ),
    ),
    "unshelve": Act(
        label=gettext_lazy("Take off the shelf"),
        title=gettext_lazy("Take off the shelf"),
        operate=lambda viewer, _form, now, alarm: actions.unshelve_alarm(viewer, alarm, now=now),
    ),
    "shelve": Act(
        label=gettext_lazy("Shelve"),
        title=gettext_lazy("Put aside for a while"),
        fields=(_UNTIL, _REASON),
        operate=lambda viewer, form, now, alarm: actions.shelve_alarm(
            viewer, alarm, now=now, until=form.needed_instant("until"), note=form.text("note")
        ),
    ),
    "clear": Act(
        label=gettext_lazy("Clear"),
        title=gettext_lazy("Clear by hand; the source's next report opens it again"),
        fields=(_NOTE,),
        operate=lambda viewer, form, now, alarm: actions.clear_alarm(
            viewer, alarm, now=now, note=form.text("note")
        ),
    ),
    "escalate": Act(
        label=gettext_lazy("Escalate now"),
        title=gettext_lazy("Let the next step come now"),
        operate=lambda viewer, _form, now, alarm: hurrying.escalate_alarm(viewer, alarm, now=now),
    ),
    "comment": Act(
        label=gettext_lazy("Comment"),
        title=gettext_lazy("Write a comment"),
        fields=(_WORDS,),
        operate=lambda viewer, form, now, alarm: actions.comment_alarm(
            viewer, alarm, now=now, note=form.text("note")
        ),
    ),
}


def _read_end(form: Form, now: datetime) -> datetime | None:
    length = read_length(form.text("length"))
    return now + length if length else None


@action(Permission.OPERATE_ALARMS)
def act_on_alarms(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /alarms/act: do one act on the chosen alarms; asks first for what it must know."""
    name, act = _read_act(request)
    chosen = read_chosen(request)
    now = CLOCK.now()
    first = {"until": write_instant(now + _SHELF_LENGTH), "length": "60"}
    form = open_form(request, act.fields, first)
    if act.fields and "is_confirmed" not in request.POST:
        # the list or the alarm's page only chose; what was typed is still to come
        form = Form(fields=act.fields, values=_first_values(act, first), is_sent=False)
    batch = form.attempt(
        lambda sent: actions.operate_on_many(
            chosen, lambda alarm: act.operate(viewer, sent, now, alarm)
        )
    )
    back = way_back(request, "alarms")
    if batch is not None:
        text, tone = say_batch(batch)
        return done(request, back, text, refresh=("alarms",), tone=tone)
    context = {"act": act, "act_name": name, "chosen": chosen, "form": form, "back": back}
    status = 422 if form.is_sent else 200
    parts = ("dialog-body",)
    return render(request, "console/alarms/act.html", parts=parts, status=status, **context)


def _first_values(act: Act, first: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {each.key: (first.get(each.key, ""),) for each in act.fields}


def _read_act(request: HttpRequest) -> tuple[str, Act]:
    name = request.POST.get("act") or request.GET.get("act", "")
    act = ACTS.get(name)
    if act is None:
        raise Invalid("act", "this is not one of the choices")
    return name, act


def read_chosen(request: HttpRequest) -> list[AlarmId]:
    """Return the chosen alarms; `only` names one and wins over what else is ticked."""
    texts: Iterable[str] = request.POST.getlist("only") or request.POST.getlist("id")
    chosen = [AlarmId(int(text)) for text in texts if text.isdecimal()]
    if not chosen:
        raise Invalid("id", "choose at least one alarm")
    return chosen


def say_batch(batch: Batch[AlarmId]) -> tuple[str, str]:
    """Return what became of a batch, and its tone."""
    count, failed = len(batch.done), len(batch.failed)
    said = ngettext("Done for %(count)s alarm.", "Done for %(count)s alarms.", count)
    if not failed:
        return said % {"count": count}, "good"
    why = say_error(batch.failed[0][1])
    if not count:
        return why, "critical"
    told = _("Not possible for %(failed)s: %(why)s") % {"failed": failed, "why": why}
    return f"{said % {'count': count}} {told}", "major"


urlpatterns = [path("alarms/act", act_on_alarms, name="alarm_act")]
