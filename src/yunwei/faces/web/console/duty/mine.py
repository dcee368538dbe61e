"""One's own duty: shifts to come, requests to swap, leave, and the calendar to subscribe to."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.duty.calendar import SEE
from yunwei.faces.web.shared.forms import Form, FormField, open_form, write_instant
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.monitor.duty.actions import feeds, swaps
from yunwei.monitor.duty.facts.changes import SwapDraft, SwapState
from yunwei.monitor.duty.facts.schedules import Schedule
from yunwei.monitor.duty.queries import changes as change_queries
from yunwei.monitor.duty.queries import feeds as feed_queries
from yunwei.monitor.duty.queries import people, plans

_AHEAD = timedelta(days=60)


@page(*SEE)
def show_mine(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /duty/mine"""
    return _render(request, viewer)


def _render(
    request: HttpRequest, viewer: Viewer, *, feed_url: str = "", windows_url: str = ""
) -> HttpResponseBase:
    now = CLOCK.now()
    own = {"user": viewer.user_id}
    found = change_queries.fetch_swaps(viewer, own).items
    return render(
        request,
        "console/duty/mine.html",
        parts=("mine",),
        shifts=people.fetch_my_shifts(viewer, Span(now, now + _AHEAD), now=now),
        to_answer=[
            each for each in found if each.state is SwapState.ASKED and each.asked == viewer.user_id
        ],
        swaps=[each for each in found if each.asker == viewer.user_id][:10],
        leaves=change_queries.fetch_leaves(viewer, own | {"since": now}).items,
        feed=feed_queries.fetch_my_feed(viewer),
        feed_url=feed_url,
        windows_url=windows_url,
        now=now,
    )


def _swap_fields(viewer: Viewer, schedule: Schedule) -> tuple[FormField, ...]:
    found = people.fetch_candidates(viewer, schedule.tenant)
    others = [(str(each.id), each.name) for each in found if each.id != viewer.user_id]
    return (
        FormField(key="asked", label=_("Who is to take over"), kind="choice", options=others),
        FormField(key="starts_at", label=_("From"), kind="instant"),
        FormField(key="ends_at", label=_("Until"), kind="instant"),
        FormField(
            key="return_starts_at",
            label=_("In return I take over from"),
            kind="instant",
            is_required=False,
            help=_("A time at which the other is on duty; empty when nothing is offered."),
        ),
        FormField(
            key="return_ends_at",
            label=_("In return until"),
            kind="instant",
            is_required=False,
        ),
        FormField(key="note", label=_("Why"), is_required=False),
    )


@form_page(*SEE)
def new_swap(request: HttpRequest, viewer: Viewer, schedule: int) -> HttpResponseBase:
    """GET, POST /duty/schedules/N/swap?from=…&until=…"""
    found = plans.access_schedule(viewer, ScheduleId(schedule))
    form = open_form(request, _swap_fields(viewer, found), _first_span(request))
    made = form.attempt(lambda sent: _ask(viewer, found, sent))
    if made is not None:
        return done(request, "my_duty", _("Asked. The swap holds when the other accepts."))
    return render(
        request,
        "console/duty/change_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        title=_("Ask for a swap"),
        schedule=found,
        back_url=reverse("my_duty"),
    )


def _first_span(request: HttpRequest) -> dict[str, str]:
    first: dict[str, str] = {}
    for key, field in (("from", "starts_at"), ("until", "ends_at")):
        typed = request.GET.get(key, "")
        if typed.isdecimal() and len(typed) < 12:
            at = datetime.fromtimestamp(int(typed), tz=CLOCK.now().tzinfo)
            first[field] = write_instant(max(at, CLOCK.now()))
    return first


def _ask(viewer: Viewer, schedule: Schedule, form: Form) -> int:
    asked = form.text("asked")
    if not asked.isdecimal():
        raise Invalid("asked", "this is required")
    draft = SwapDraft(
        schedule=schedule.id,
        asked=UserId(int(asked)),
        starts_at=form.needed_instant("starts_at"),
        ends_at=form.needed_instant("ends_at"),
        return_starts_at=form.instant("return_starts_at"),
        return_ends_at=form.instant("return_ends_at"),
        note=form.text("note"),
    )
    return swaps.ask_swap(viewer, draft, now=CLOCK.now())


@action(*SEE)
def answer_swap(request: HttpRequest, viewer: Viewer, swap: int) -> HttpResponseBase:
    """POST /duty/swaps/N/answer with `answer` yes or no"""
    accepts = request.POST.get("answer") == "yes"
    swaps.answer_swap(viewer, swap, accepts=accepts, now=CLOCK.now())
    return done(request, "my_duty", _("You take over.") if accepts else _("Declined."))


@action(*SEE)
def withdraw_swap(request: HttpRequest, viewer: Viewer, swap: int) -> HttpResponseBase:
    """POST /duty/swaps/N/withdraw"""
    swaps.withdraw_swap(viewer, swap, now=CLOCK.now())
    return done(request, "my_duty", _("Taken back."))


@action(*SEE)
def renew_feed(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /duty/mine/feed: a new address, shown this once"""
    token = feeds.renew_feed(viewer, now=CLOCK.now())
    address = request.build_absolute_uri(reverse("duty_feed", args=[token]))
    sees_windows = may(viewer, Permission.SEE_RULES)
    windows = reverse("maintenance_feed", args=[token]) if sees_windows else ""
    windows_url = request.build_absolute_uri(windows) if windows else ""
    response = _render(request, viewer, feed_url=address, windows_url=windows_url)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@action(*SEE)
def revoke_feed(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /duty/mine/feed/revoke"""
    feeds.revoke_feed(viewer, now=CLOCK.now())
    return done(request, "my_duty", _("The address works no more."))


@require_safe
def read_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET /duty/feed/TOKEN.ics: no sign-in, the address is the secret"""
    return HttpResponse(
        feed_queries.read_feed(token, now=CLOCK.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"},
    )


urlpatterns = [
    path("duty/mine", show_mine, name="my_duty"),
    path("duty/mine/feed", renew_feed, name="duty_feed_renew"),
    path("duty/mine/feed/revoke", revoke_feed, name="duty_feed_revoke"),
    path("duty/feed/<str:token>.ics", read_feed, name="duty_feed"),
    path("duty/schedules/<int:schedule>/swap", new_swap, name="swap_new"),
    path("duty/swaps/<int:swap>/answer", answer_swap, name="swap_answer"),
    path("duty/swaps/<int:swap>/withdraw", withdraw_swap, name="swap_withdraw"),
]
