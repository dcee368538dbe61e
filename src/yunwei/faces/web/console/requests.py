"""The pages of requests for operators: the list, one with its steps, and how kinds go."""

from decimal import Decimal, InvalidOperation

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import fetch_tenants
from yunwei.base.people.rules import may
from yunwei.faces.web.portal.requests import decide_on
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.operate.selfservice.actions import requests as actions
from yunwei.operate.selfservice.actions import working
from yunwei.operate.selfservice.facts.requests import Cost, RequestKind, RequestRow, RequestRule
from yunwei.operate.selfservice.queries import requests as queries

_SEE = Permission.SEE_MONITORING
_WORK = Permission.OPERATE_DESKTOPS


def _say_cost(row: RequestRow) -> str:
    cost = row.cost
    said = (
        _("%(amount)s %(currency)s a month") if cost.monthly else None,
        _("%(amount)s %(currency)s once") if cost.once else None,
    )
    amounts = zip(said, (cost.monthly, cost.once), strict=True)
    return " + ".join(
        str(text % {"amount": f"{amount:,.2f}", "currency": cost.currency})
        for text, amount in amounts
        if text is not None
    )


REQUESTS = ListSpec[RequestRow](
    name="requests",
    title=_("Requests"),
    columns=(
        Column(
            name="kind",
            label=_("Request"),
            value=lambda row: row.kind,
            note=lambda row: row.code,
            kind="word",
            words="request_kind",
            link=lambda row: reverse("request", args=[row.id]),
            sort="kind",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="request_state",
            sort="state",
        ),
        Column(name="by", label=_("Asked by"), value=lambda row: row.asked_by, sort="by"),
        Column(
            name="desktop", label=_("Desktop"), value=lambda row: row.desktop_name, phone="label"
        ),
        Column(name="reason", label=_("Reason"), value=lambda row: row.reason[:200], phone="hide"),
        Column(name="cost", label=_("Cost"), value=_say_cost, phone="hide"),
        Column(
            name="asked_at",
            label=_("When"),
            value=lambda row: row.asked_at,
            kind="time",
            sort="asked_at",
        ),
    ),
    filters=(
        search_filter(_("Asked by, desktop, reason")),
        word_filter("state", _("State: all"), "request_state"),
        word_filter("kind", _("Kind: all"), "request_kind"),
        yes_filter("is_open", _("Open and closed"), _("Open"), _("Closed")),
    ),
    fetch=queries.fetch_requests,
    row_id=lambda row: row.id,
    default_sort="-asked_at",
    refresh=("selfservice",),
    empty_icon="list-check",
    empty_title=_("Nobody has asked for anything"),
    empty_text=_("Desktop users ask in the portal; what is offered stands in the catalogue."),
)


@page(_SEE)
def list_requests(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /requests"""
    return serve_list(request, viewer, REQUESTS)


@page(_SEE)
def show_request(request: HttpRequest, viewer: Viewer, request_id: int) -> HttpResponseBase:
    """GET /requests/N"""
    whole = queries.access_request(viewer, request_id)
    row = whole.request
    decides = row.state.value == "provider" and may(viewer, _WORK, row.tenant)
    approves_first = (
        row.state.value == "line"
        and viewer.name in row.approvers
        and viewer.tenant == row.tenant
        and may(viewer, Permission.USE_PORTAL)
    )
    return render(
        request,
        "console/requests/detail.html",
        parts=("standing",),
        whole=whole,
        row=row,
        is_mine=row.asked_by == viewer.name,
        approves_first=approves_first,
        spent=queries.fetch_spent_before(viewer, row, now=CLOCK.now())
        if decides or approves_first
        else None,
    )


@action(_WORK)
def decide(request: HttpRequest, viewer: Viewer, request_id: int) -> HttpResponseBase:
    """POST /requests/N/decide, act=approve|decline, note=…"""
    return decide_on(request, viewer, request_id, "request", actions.decide_for_provider)


@action(_WORK)
def work_on_step(
    request: HttpRequest, viewer: Viewer, request_id: int, step: int
) -> HttpResponseBase:
    """POST /requests/N/steps/M, act=done|retry, note=…"""
    word, now = request.POST.get("act", ""), CLOCK.now()
    text: Text
    text, tone = _("Noted."), "good"
    try:
        if word == "done":
            note = request.POST.get("note", "")
            working.finish_step(viewer, request_id, step, note=note, now=now)
        elif word == "retry":
            working.retry_step(viewer, request_id, step, now=now)
        else:
            raise Refused()
    except Conflict as error:
        text, tone = say_error(error), "critical"
    return done(request, "request", text, tone=tone, request_id=request_id)


@action(_WORK)
def give_up(request: HttpRequest, viewer: Viewer, request_id: int) -> HttpResponseBase:
    """POST /requests/N/give-up, note=…"""
    text: Text
    text, tone = _("It is ended."), "good"
    try:
        note = request.POST.get("note", "")
        working.give_up(viewer, request_id, note=note, now=CLOCK.now())
    except Conflict as error:
        text, tone = say_error(error), "critical"
    return done(request, "request", text, tone=tone, request_id=request_id)


@page(_SEE)
def show_catalogue(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /request-catalogue[?tenant=N]"""
    tenants = fetch_tenants(viewer, {}, PageRequest(limit=500)).items
    asked = request.GET.get("tenant", "")
    tenant = next((each for each in tenants if str(each.id) == asked), None)
    chosen = tenant or next((each for each in tenants if each.id == viewer.tenant), tenants[0])
    return render(
        request,
        "console/requests/catalogue.html",
        tenants=tenants,
        tenant=chosen,
        rules=queries.fetch_rules(viewer, chosen.id),
    )


@form_page(Permission.MANAGE_RULES)
def change_rule(request: HttpRequest, viewer: Viewer, tenant: int, kind: str) -> HttpResponseBase:
    """GET, POST /request-catalogue/TENANT/KIND"""
    home = TenantId(tenant)
    if home not in viewer.tenants or kind not in set(RequestKind):
        raise Refused()
    rules = queries.fetch_rules(viewer, home)
    known = next(each for each in rules if each.kind.value == kind)
    form = open_form(request, _fields(), _values(known))

    def save(sent: Form) -> bool:
        rule = _read(sent, known.kind)
        actions.save_rule(viewer, home, rule, time_zone=viewer.time_zone)
        return True

    if form.attempt(save):
        address = f"{reverse('request_catalogue')}?tenant={tenant}"
        return done(request, address, _("The catalogue is changed."))
    return render(
        request,
        "console/requests/rule.html",
        status=422 if form.is_sent else 200,
        form=form,
        rule=known,
        tenant=tenant,
    )


def _fields() -> tuple[FormField, ...]:
    return (
        FormField(key="is_offered", label=_("Offered"), kind="boolean", is_required=False),
        FormField(
            key="approvers",
            label=_("Who approves first"),
            is_required=False,
            help=_("Sign-in names of the customer, with spaces between; one of them is enough."),
        ),
        FormField(
            key="needs_provider",
            label=_("The provider approves, too"),
            kind="boolean",
            is_required=False,
        ),
        FormField(
            key="most_open",
            label=_("Open at a time, for each person"),
            kind="number",
            minimum=0,
            help=_("0: without limit."),
        ),
        FormField(
            key="most_within",
            label=_("Within 30 days, for each person"),
            kind="number",
            minimum=0,
            help=_("0: without limit."),
        ),
        FormField(
            key="most_of_tenant",
            label=_("Within 30 days, for the whole customer"),
            kind="number",
            minimum=0,
            help=_("0: without limit."),
        ),
        FormField(
            key="frozen",
            label=_("Nothing is begun during"),
            is_required=False,
            help=_("Times as in rules, such as: workdays 08:00-18:00"),
        ),
        FormField(
            key="expires_days", label=_("Waits for approvals, days"), kind="number", minimum=1
        ),
        FormField(
            key="like",
            label=_("New desktops are made like"),
            is_required=False,
            help=_("Name of a desktop. Empty: like the asker's own."),
        ),
        *_cost_fields(),
    )


def _cost_fields() -> tuple[FormField, ...]:
    return (
        FormField(
            key="monthly",
            label=_("Cost each month"),
            kind="number",
            minimum=0,
            part=_("What it costs"),
        ),
        FormField(key="once", label=_("Cost once"), kind="number", minimum=0),
        FormField(
            key="currency",
            label=_("Currency"),
            is_required=False,
            help=_("Three letters, such as CNY. Empty: nothing is said of the cost."),
        ),
        FormField(
            key="cost_note",
            label=_("What the cost is reckoned by"),
            is_required=False,
            help=_("Shown beside it, such as: per 10 GiB."),
        ),
    )


def _values(rule: RequestRule) -> dict[str, str]:
    return {
        "is_offered": "true" if rule.is_offered else "false",
        "approvers": " ".join(rule.approvers),
        "needs_provider": "true" if rule.needs_provider else "false",
        "most_open": str(rule.most_open),
        "most_within": str(rule.most_within),
        "most_of_tenant": str(rule.most_of_tenant),
        "frozen": rule.frozen,
        "expires_days": str(rule.expires_days),
        "like": rule.like,
        "monthly": str(rule.cost.monthly),
        "once": str(rule.cost.once),
        "currency": rule.cost.currency,
        "cost_note": rule.cost.note,
    }


def _read(form: Form, kind: RequestKind) -> RequestRule:
    names = form.text("approvers").replace(",", " ").replace("，", " ").split()
    return RequestRule(
        kind=kind,
        is_offered=form.is_on("is_offered"),
        approvers=tuple(dict.fromkeys(names)),
        needs_provider=form.is_on("needs_provider"),
        most_open=form.number("most_open"),
        most_within=form.number("most_within"),
        most_of_tenant=form.number("most_of_tenant"),
        frozen=form.text("frozen"),
        expires_days=form.number("expires_days"),
        like=form.text("like"),
        cost=Cost(
            monthly=_amount(form, "monthly"),
            once=_amount(form, "once"),
            currency=form.text("currency"),
            note=form.text("cost_note"),
        ),
    )


def _amount(form: Form, key: str) -> Decimal:
    """Return an amount of money; raises Invalid. Nothing typed is nothing."""
    try:
        return Decimal(form.text(key) or "0")
    except InvalidOperation:
        raise Invalid(key, "this is not a number") from None


urlpatterns = [
    path("requests", list_requests, name="requests"),
    path("requests/<int:request_id>", show_request, name="request"),
    path("requests/<int:request_id>/decide", decide, name="request_decide"),
    path("requests/<int:request_id>/steps/<int:step>", work_on_step, name="request_step"),
    path("requests/<int:request_id>/give-up", give_up, name="request_give_up"),
    path("request-catalogue", show_catalogue, name="request_catalogue"),
    path("request-catalogue/<int:tenant>/<slug:kind>", change_rule, name="request_rule"),
]
