"""The forms of what goes before layers: overrides, temporary shifts, leave; and their end."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.duty.calendar import SEE
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form, write_instant
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, render, way_back
from yunwei.faces.web.shared.words import Text, options
from yunwei.monitor.duty.actions import changes as actions
from yunwei.monitor.duty.facts.changes import (
    LeaveDraft,
    OverrideDraft,
    OverrideKind,
    TemporaryDraft,
)
from yunwei.monitor.duty.facts.schedules import DutyRole, Schedule
from yunwei.monitor.duty.queries import people, plans

_TEMPORARY = "temporary"

type Choices = list[tuple[str, Text]]


def _people(viewer: Viewer, schedule: Schedule) -> Choices:
    found = people.fetch_candidates(viewer, schedule.tenant)
    return [(str(each.id), each.name) for each in found]


def _override_fields(viewer: Viewer, schedule: Schedule) -> tuple[FormField, ...]:
    listed = _people(viewer, schedule)
    chosen = [("", "–"), *listed]
    return (
        FormField(key="kind", label=_("What"), kind="choice", options=options("duty_change")),
        FormField(
            key="user",
            label=_("Who is taken off"),
            kind="choice",
            options=chosen,
            is_required=False,
            help=_("For replacing and taking off."),
        ),
        FormField(
            key="stand_in",
            label=_("Who comes on duty"),
            kind="choice",
            options=chosen,
            is_required=False,
            help=_("For replacing, adding and temporary shifts."),
        ),
        FormField(
            key="role",
            label=_("Role"),
            kind="choice",
            options=options("duty_role"),
            help=_("Of who is added; a replacement keeps the role of whom it replaces."),
        ),
        FormField(key="starts_at", label=_("From"), kind="instant"),
        FormField(key="ends_at", label=_("Until"), kind="instant"),
        FormField(key="note", label=_("Why"), is_required=False),
    )


@form_page(Permission.MANAGE_DUTY)
def new_override(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """GET, POST /duty/schedules/N/override"""
    found = plans.access_schedule(viewer, ScheduleId(schedule))
    first = {"kind": OverrideKind.REPLACE.value, "starts_at": write_instant(CLOCK.now())}
    form = open_form(request, _override_fields(viewer, found), first)
    made = form.attempt(lambda sent: _add(viewer, found, sent))
    if made is not None:
        address = f"{reverse('duty')}?schedule={schedule}"
        return done(request, address, _("It goes before the layers from now on."))
    return _render(request, form, _("Override"), schedule=found)


def _add(viewer: Viewer, schedule: Schedule, form: Form) -> int:
    starts_at, ends_at = form.needed_instant("starts_at"), form.needed_instant("ends_at")
    role, note, now = chosen_word(form, "role", DutyRole), form.text("note"), CLOCK.now()
    user, stand_in = _user(form, "user"), _user(form, "stand_in")
    if form.text("kind") == _TEMPORARY:
        if stand_in is None:
            raise Invalid("stand_in", "this is required")
        temporary = TemporaryDraft(
            user=stand_in, starts_at=starts_at, ends_at=ends_at, role=role, note=note
        )
        return actions.add_temporary(viewer, schedule.id, temporary, now=now)
    draft = OverrideDraft(
        kind=chosen_word(form, "kind", OverrideKind),
        starts_at=starts_at,
        ends_at=ends_at,
        user=user,
        stand_in=stand_in,
        role=role,
        note=note,
    )
    return actions.add_override(viewer, schedule.id, draft, now=now)


def _user(form: Form, key: str) -> UserId | None:
    typed = form.text(key)
    return UserId(int(typed)) if typed.isdecimal() else None


def _leave_fields(viewer: Viewer) -> tuple[FormField, ...]:
    who: tuple[FormField, ...] = ()
    if may(viewer, Permission.MANAGE_DUTY):
        found = people.fetch_candidates(viewer, viewer.tenant)
        listed = [(str(each.id), each.name) for each in found]
        who = (
            FormField(
                key="user",
                label=_("Who is away"),
                kind="choice",
                options=listed,
                default=str(viewer.user_id),
            ),
        )
    return (
        *who,
        FormField(key="starts_at", label=_("From"), kind="instant"),
        FormField(key="ends_at", label=_("Until"), kind="instant"),
        FormField(key="note", label=_("Why"), is_required=False),
    )


@form_page(*SEE)
def new_leave(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /duty/leave: one's own, or for managers anybody's"""
    form = open_form(request, _leave_fields(viewer))

    def add(sent: Form) -> int:
        draft = LeaveDraft(
            user=_user(sent, "user") or viewer.user_id or UserId(0),
            starts_at=sent.needed_instant("starts_at"),
            ends_at=sent.needed_instant("ends_at"),
            note=sent.text("note"),
        )
        return actions.add_leave(viewer, draft, now=CLOCK.now())

    if form.attempt(add) is not None:
        return done(request, "my_duty", _("Noted. Turns at that time move on to the next person."))
    return _render(request, form, _("Leave"))


def _render(
    request: HttpRequest, form: Form, title: Text, *, schedule: Schedule | None = None
) -> HttpResponseBase:
    back = f"{reverse('duty')}?schedule={schedule.id}" if schedule else reverse("my_duty")
    return render(
        request,
        "console/duty/change_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        title=title,
        schedule=schedule,
        back_url=back,
    )


def _ender(
    end: Callable[[Viewer, int], None], *permissions: Permission
) -> Callable[..., HttpResponseBase]:
    @action(*permissions)
    def view(request: HttpRequest, viewer: Viewer, number: int) -> HttpResponseBase:
        end(viewer, number)
        return done(request, way_back(request, "duty"), _("It ends now."))

    return view


end_override = _ender(
    lambda viewer, number: actions.end_override(viewer, number, now=CLOCK.now()),
    Permission.MANAGE_DUTY,
)
end_temporary = _ender(
    lambda viewer, number: actions.end_temporary(viewer, number, now=CLOCK.now()),
    Permission.MANAGE_DUTY,
)
end_leave = _ender(lambda viewer, number: actions.end_leave(viewer, number, now=CLOCK.now()), *SEE)

urlpatterns = [
    path("duty/schedules/<int:schedule>/override", new_override, name="override_new"),
    path("duty/leave", new_leave, name="leave_new"),
    path("duty/overrides/<int:number>/end", end_override, name="override_end"),
    path("duty/temporary-shifts/<int:number>/end", end_temporary, name="temporary_end"),
    path("duty/leave/<int:number>/end", end_leave, name="leave_end"),
]
