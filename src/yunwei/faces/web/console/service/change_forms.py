"""The form by which a change is planned: its template, window, desktops, values of its scripts."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import ContractId, TenantId, TicketId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.scripts.run_forms import value_field
from yunwei.faces.web.shared.forms import Form, FormField, open_form, write_instant
from yunwei.faces.web.shared.page import CLOCK, done, form_page, render
from yunwei.operate.changes.actions import planning
from yunwei.operate.changes.facts import ChangeDraft, NewTicket, Phase, Template, TemplateRow
from yunwei.operate.changes.queries import changes as queries
from yunwei.operate.changes.queries.words import say_said
from yunwei.operate.changes.rules import parse_template
from yunwei.operate.runs.actions.starting import access_runnable
from yunwei.operate.runs.facts.runs import Choice
from yunwei.operate.runs.rules.choosing import read_names
from yunwei.operate.scripts.facts.library import Parameter
from yunwei.operate.service.facts.contracts import Contract, ContractState, ServiceType
from yunwei.operate.service.facts.tickets import Ticket
from yunwei.operate.service.queries import contracts, tickets

_WORK = Permission.WORK_REQUESTS
_MANY = PageRequest(limit=200)
_SOON, _USUAL = timedelta(minutes=30), timedelta(hours=2)


@form_page(_WORK)
def new_change(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /changes/new[?ticket=N][&template=M]"""
    asked = request.POST if request.method == "POST" else request.GET
    ticket = _ticket(viewer, asked.get("ticket", ""))
    held = [] if ticket is not None else list(_contracts(viewer))
    rows = [row for row in queries.fetch_templates(viewer, None, _MANY).items if _fits(row, ticket)]
    wanted = asked.get("template", "")
    chosen = next((row for row in rows if str(row.id) == wanted), None)
    template = parse_template(chosen.text) if chosen is not None else None
    fields = tuple(_fields(viewer, ticket, held, (chosen, template)))
    form = open_form(request, fields) if template is not None else None
    if form is not None and chosen is not None and template is not None:
        made = form.attempt(lambda sent: _plan(viewer, sent, ticket, (chosen, template)))
        if made is not None:
            return done(request, "change", _("The change is planned."), change=made)
    return render(
        request,
        "console/service/change_form.html",
        status=422 if form is not None and form.is_sent else 200,
        form=form,
        rows=[(row.id, say_said(row.title), row.tenant_name) for row in rows],
        chosen=chosen,
        runbook=template,
        phases=[(each, template.phase(each)) for each in Phase] if template else (),
        ticket=ticket,
        may_change=ticket is not None or bool(held),
        back=reverse("ticket", args=[ticket.id]) if ticket else reverse("changes"),
    )


def _ticket(viewer: Viewer, asked: str) -> Ticket | None:
    if not (asked.isascii() and asked.isdigit() and len(asked) < 16):
        return None
    return tickets.access_ticket(viewer, TicketId(int(asked)), now=CLOCK.now()).ticket


def _fits(row: TemplateRow, ticket: Ticket | None) -> bool:
    return ticket is None or row.is_shared or row.tenant == ticket.tenant


def _contracts(viewer: Viewer) -> Iterator[Contract]:
    """Yield contracts in force by which the viewer may carry out changes."""
    now = CLOCK.now()
    asked = {"state": ContractState.IN_FORCE.value}
    for head, _state in contracts.fetch_contracts(viewer, asked, _MANY, now=now).items:
        if may(viewer, _WORK, head.tenant):
            terms = contracts.access_contract(viewer, head.id, now=now).holding.terms
            if terms.service(ServiceType.CHANGE) is not None:
                yield head


def _fields(
    viewer: Viewer,
    ticket: Ticket | None,
    held: list[Contract],
    by: tuple[TemplateRow | None, Template | None],
) -> Iterator[FormField]:
    row, template = by
    if row is None or template is None:
        return
    now = CLOCK.now()
    yield FormField(key="template", label="", kind="hidden", default=str(row.id))
    if ticket is not None:
        yield FormField(key="ticket", label="", kind="hidden", default=str(ticket.id))
    else:
        fits = [each for each in held if row.is_shared or each.tenant == row.tenant]
        names = [(str(each.id), f"{each.name} · {each.tenant_name}") for each in fits]
        yield FormField(key="contract", label=_("Contract"), kind="choice", options=names)
        yield FormField(
            key="title",
            label=_("What it is about, in a line"),
            default=say_said(template.title),
        )
    yield FormField(
        key="starts_at",
        label=_("The window begins"),
        kind="instant",
        default=write_instant(now + _SOON),
    )
    yield FormField(
        key="ends_at",
        label=_("The window ends"),
        kind="instant",
        default=write_instant(now + _SOON + _USUAL),
        help=_("No step that changes anything is begun after it."),
    )
    if template.has_scripts:
        yield from _script_fields(viewer, ticket, row, template)
    yield FormField(key="note", label=_("Note"), kind="area", rows=3, is_required=False)


def _script_fields(
    viewer: Viewer, ticket: Ticket | None, row: TemplateRow, template: Template
) -> Iterator[FormField]:
    yield FormField(
        key="names",
        label=_("Desktops by name"),
        kind="area",
        rows=4,
        is_required=False,
        help=_("One a line, or between commas."),
    )
    yield FormField(
        key="condition",
        label=_("Or by a condition"),
        is_required=False,
        help=_('For example: pool == "Finance"'),
    )
    tenant = ticket.tenant if ticket is not None else row.tenant
    for spec in template.steps:
        for each in _parameters(viewer, tenant, spec.script):
            drawn = value_field(each)
            yield FormField(
                key=f"{spec.name}.{each.name}",
                label=f"{say_said(spec.title)}: {drawn.label}",
                kind=drawn.kind,
                default=spec.values.get(each.name, each.default),
                is_required=drawn.is_required,
                options=drawn.options,
                minimum=drawn.minimum,
                maximum=drawn.maximum,
            )


def _parameters(viewer: Viewer, tenant: TenantId, name: str) -> tuple[Parameter, ...]:
    if not name or not may(viewer, Permission.RUN_SCRIPTS):
        return ()
    script = planning.find_script(viewer, tenant, name)
    if script is None:
        return ()
    try:
        return access_runnable(viewer, script)[1].content.parameters
    except Conflict:
        return ()


def _plan(
    viewer: Viewer, form: Form, ticket: Ticket | None, by: tuple[TemplateRow, Template]
) -> int:
    row, template = by
    draft = ChangeDraft(
        template=row.id,
        starts_at=form.needed_instant("starts_at"),
        ends_at=form.needed_instant("ends_at"),
        choice=Choice(names=read_names(form.text("names")), condition=form.text("condition")),
        values=_values(form, template),
        note=form.text("note"),
    )
    now = CLOCK.now()
    if ticket is not None:
        return planning.plan_change(viewer, ticket.id, draft, now=now)
    contract = form.text("contract")
    if not (contract.isascii() and contract.isdigit() and len(contract) < 16):
        raise Invalid("contract", "this is not one of the choices")
    new = NewTicket(
        contract=ContractId(int(contract)),
        title=form.text("title"),
        language=get_language() or viewer.language.value,
    )
    return planning.ask_change(viewer, new, draft, now=now)


def _values(form: Form, template: Template) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for spec in template.steps:
        for key in form.values:
            if spec.script and key.startswith(f"{spec.name}."):
                name = key.removeprefix(f"{spec.name}.")
                found.setdefault(spec.name, {})[name] = form.text(key)
    return found


urlpatterns = [path("changes/new", new_change, name="change_new")]
