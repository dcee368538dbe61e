"""The pages of reclaims: the list, one with its steps, choosing whose to ask, the ledger."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from yunwei.base.core.errors import Conflict, EngineAway
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.operate.reclaim import actions, queries
from yunwei.operate.reclaim.facts import LedgerLine, ReclaimRow, Started, Terms
from yunwei.operate.reclaim.rules.moving import can_withdraw, keeps_until
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.reclaim_figures import given_back
from yunwei.operate.usage.facts.idle import Idle, IdleLimits
from yunwei.operate.usage.queries.idle import find_idle

_SEE = Permission.SEE_MONITORING
_MAY = Permission.OPERATE_DESKTOPS
_MOST = 200

RECLAIMS = ListSpec[ReclaimRow](
    name="reclaims",
    title=_("Reclaimed desktops"),
    columns=(
        Column(
            name="desktop",
            label=_("Desktop"),
            value=lambda row: row.desktop_name,
            note=lambda row: row.code,
            link=lambda row: reverse("reclaim", args=[row.id]),
            sort="desktop",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="reclaim_state",
            sort="state",
        ),
        Column(
            name="logins",
            label=_("Assigned to"),
            value=lambda row: row.logins,
            kind="tags",
            phone="hide",
        ),
        Column(
            name="due_at",
            label=_("Answer until"),
            value=lambda row: row.due_at,
            kind="time",
            sort="due_at",
            phone="label",
        ),
        Column(
            name="answer",
            label=_("Answer"),
            value=lambda row: row.answer,
            kind="word",
            words="reclaim_answer",
            phone="hide",
        ),
        Column(
            name="unused_days",
            label=_("Days unused"),
            value=lambda row: row.unused_days,
            kind="number",
            phone="hide",
        ),
        Column(
            name="started_at",
            label=_("When"),
            value=lambda row: row.started_at,
            kind="time",
            sort="started_at",
            phone="hide",
        ),
        Column(
            name="given_back_at",
            label=pgettext_lazy("reclaim", "Taken back"),
            value=lambda row: row.given_back_at,
            kind="time",
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Desktop, user, reason")),
        word_filter("state", _("State: all"), "reclaim_state"),
        yes_filter("is_open", _("Open and closed"), _("Open"), _("Closed")),
    ),
    fetch=queries.fetch_reclaims,
    row_id=lambda row: row.id,
    default_sort="-started_at",
    refresh=("selfservice",),
    empty_icon="arrow-back-up",
    empty_title=_("No desktop was asked back"),
    empty_text=_("Choose desktops that nobody uses from the list of idle desktops."),
)


@page(_SEE)
def list_reclaims(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /reclaims"""
    return serve_list(request, viewer, RECLAIMS, "console/reclaims/list.html")


@page(_SEE)
def show_reclaim(request: HttpRequest, viewer: Viewer, reclaim: int) -> HttpResponseBase:
    """GET /reclaims/N"""
    row, whole = queries.access_reclaim(viewer, reclaim)
    return render(
        request,
        "console/reclaims/detail.html",
        parts=("standing",),
        row=row,
        whole=whole,
        until=keeps_until(row, whole),
        can_stop=row.state.is_open and not row.leaves_as and can_withdraw(whole),
    )


@action(_MAY)
def stop_reclaim(request: HttpRequest, viewer: Viewer, reclaim: int) -> HttpResponseBase:
    """POST /reclaims/N/stop, note=…"""
    text: Text
    text, tone = _("It is stopped; what was done is undone."), "good"
    try:
        actions.stop(viewer, reclaim, note=request.POST.get("note", ""), now=CLOCK.now())
    except Conflict as error:
        text, tone = say_error(error), "critical"
    return done(request, "reclaim", text, tone=tone, reclaim=reclaim)


@action(_MAY)
def choose(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /reclaims/choose, id=…: from the list of idle desktops to the question"""
    ids = "&".join(f"desktop={each}" for each in _numbers(request.POST.getlist("id")))
    days = request.POST.get("unused_days", "")
    return done(request, f"{reverse('reclaim_new')}?{ids}&unused_days={_number(days) or 30}")


@form_page(_MAY)
def begin(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /reclaims/new?desktop=N&desktop=M&unused_days=30"""
    ids = _numbers(request.GET.getlist("desktop"))
    limits = IdleLimits(unused_days=_number(request.GET.get("unused_days", "")) or 30)
    form = open_form(request, _fields(), {name: str(each) for name, each in _usual().items()})
    started: Started | None = form.attempt(
        lambda sent: actions.begin_reclaims(viewer, ids, _terms(sent), limits=limits)
    )
    if started is not None and not started.refused:
        return done(request, "reclaims", _say_begun(len(started.begun)))
    try:
        found = find_idle(viewer, frozenset(ids), limits)
    except EngineAway:
        found = {}
    refused = started.refused if started else {}
    return render(
        request,
        "console/reclaims/new.html",
        status=422 if form.is_sent else 200,
        form=form,
        chosen=[(each, refused.get(each.desktop.id, "")) for each in _chosen(ids, found)],
        begun=_say_begun(len(started.begun)) if started and started.begun else "",
    )


class Ledger:
    """What was given back, with its figure."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.lines = queries.fetch_ledger(viewer)

    @cached_property
    def spec(self) -> ChartSpec:
        return given_back(self.lines, time_zone=self._viewer.time_zone)

    @property
    def total(self) -> dict[str, int]:
        names = ("desktops", "cpu", "memory_mb", "disk_gib", "disk_unknown")
        found = {name: sum(getattr(each, name) for each in self.lines) for name in names}
        return found | {"disk_mb": found["disk_gib"] * 1024}


@page(_SEE)
def show_ledger(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /reclaims/ledger[?export=csv|xlsx]"""
    ledger = Ledger(viewer)
    kind = request.GET.get("export", "")
    if kind:
        check_kind(kind)
        title = str(_("Ledger of what was given back"))
        rows = _sheet(ledger.lines)
        return serve_sheet(viewer, kind, "reclaim-ledger", title, rows, asked={})
    return render(request, "console/reclaims/ledger.html", parts=("ledger",), ledger=ledger)


def _sheet(lines: Sequence[LedgerLine]) -> Iterator[list[Plain]]:
    yield [
        str(each)
        for each in (
            _("Month"),
            _("Customer"),
            _("Desktops"),
            _("Processors (vCPU)"),
            _("Memory (GiB)"),
            _("Disk (GiB)"),
            _("Disk not told, desktops"),
            pgettext_lazy("ledger", "Since"),
        )
    ]
    for each in lines:
        yield [
            each.month,
            each.tenant_name,
            each.desktops,
            each.cpu,
            round(each.memory_mb / 1024, 1),
            each.disk_gib,
            each.disk_unknown,
            each.first_at,
        ]


def _say_begun(count: int) -> str:
    text = ngettext("%(count)s desktop is asked back.", "%(count)s desktops are asked back.", count)
    return text % {"count": count}


def _chosen(ids: Sequence[int], found: dict[int, Idle]) -> list[Idle]:
    return [found[each] for each in ids if each in found]


def _numbers(texts: Sequence[str]) -> list[int]:
    found = [_number(each) for each in texts]
    return [each for each in dict.fromkeys(found) if each][:_MOST]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _usual() -> dict[str, int]:
    usual = Terms()
    names = ("grace_days", "remind_days", "keep_days", "quiet_days")
    return {name: getattr(usual, name) for name in names}


def _terms(form: Form) -> Terms:
    return Terms(**{name: form.number(name) for name in _usual()})


def _fields() -> tuple[FormField, ...]:
    told: tuple[tuple[str, Text, Text], ...] = (
        (
            "grace_days",
            _("Days to answer"),
            _(
                "So long its users may say whether they keep it. Afterwards the customer is asked,"
                " answer or not."
            ),
        ),
        ("remind_days", _("Reminder, days before the end"), _("0: without a reminder.")),
        (
            "keep_days",
            _("Kept before it is deleted, days"),
            _("So long it can be given again after its users lost access."),
        ),
        (
            "quiet_days",
            _("Not asked again, days"),
            _("So long a desktop is left alone that a user keeps."),
        ),
    )
    return tuple(
        FormField(
            key=key,
            label=label,
            kind="number",
            minimum=0 if key == "remind_days" else 1,
            maximum=730,
            help=text,
        )
        for key, label, text in told
    )


urlpatterns = [
    path("reclaims", list_reclaims, name="reclaims"),
    path("reclaims/choose", choose, name="reclaim_choose"),
    path("reclaims/new", begin, name="reclaim_new"),
    path("reclaims/ledger", show_ledger, name="reclaim_ledger"),
    path("reclaims/<int:reclaim>", show_reclaim, name="reclaim"),
    path("reclaims/<int:reclaim>/stop", stop_reclaim, name="reclaim_stop"),
]
