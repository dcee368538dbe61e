"""Changes are planned: a template, a window, desktops; with the ticket that they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ScriptId, TenantId, TicketId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.changes import store
from yunwei.operate.changes.actions.telling import tell
from yunwei.operate.changes.facts import (
    ChangeDraft,
    LineKind,
    NewTicket,
    Phase,
    StepSpec,
    Template,
    TemplateRow,
)
from yunwei.operate.changes.queries import changes as queries
from yunwei.operate.changes.rules import check_draft, merge_values, parse_template
from yunwei.operate.runs.actions.starting import access_runnable
from yunwei.operate.runs.queries import preview_targets
from yunwei.operate.scripts.facts.library import ParameterKind
from yunwei.operate.scripts.queries.library import fetch_scripts
from yunwei.operate.scripts.rules.parameters import check_values
from yunwei.operate.service.actions import tickets as ticket_actions
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.tickets import Ticket, TicketDraft
from yunwei.operate.service.queries import contracts, tickets

_WORK = Permission.WORK_REQUESTS
_FEW = PageRequest(limit=20)


def plan_change(viewer: Viewer, ticket: TicketId, draft: ChangeDraft, *, now: datetime) -> int:
    """Plan how a ticket's change is carried out, and return the change's number.

    Its scripts, their parameters and its desktops are looked at now, and again when they run.
    Raises Refused; Invalid at the field; Conflict when the ticket is over or has an open change.
    """
    known = tickets.access_ticket(viewer, ticket, now=now).ticket
    require(viewer, _WORK, known.tenant)
    if known.type is not ServiceType.CHANGE:
        raise Invalid("ticket", "only a ticket that asks for a change has one")
    if not known.state.is_open:
        raise Conflict("the ticket is not open")
    row, template, checked = _look(viewer, known.tenant, draft, now)
    specs = _find_scripts(viewer, known.tenant, template, checked, now=now)
    return _keep(viewer, known, (row, template, specs), checked, now=now)


def ask_change(viewer: Viewer, new: NewTicket, draft: ChangeDraft, *, now: datetime) -> int:
    """Open a ticket for a change and plan it by the same template; return the change's number.
    Raises as `plan_change`, and as opening a ticket does."""
    contract = contracts.access_contract(viewer, new.contract, now=now).contract
    require(viewer, _WORK, contract.tenant)
    row, template, checked = _look(viewer, contract.tenant, draft, now)
    specs = _find_scripts(viewer, contract.tenant, template, checked, now=now)
    ticket = TicketDraft(
        contract=new.contract,
        type=ServiceType.CHANGE,
        priority=new.priority,
        title=new.title.strip() or template.title.in_language(new.language),
        description=template.purpose.in_language(new.language),
        details=_details(template, checked, new.language, contract.time_zone),
    )
    with transaction():
        made = ticket_actions.open_ticket(viewer, ticket, now=now)
        known = tickets.access_ticket(viewer, made, now=now).ticket
        return _keep(viewer, known, (row, template, specs), checked, now=now)


def _look(
    viewer: Viewer, tenant: TenantId, draft: ChangeDraft, now: datetime
) -> tuple[TemplateRow, Template, ChangeDraft]:
    try:
        row = queries.access_template(viewer, draft.template)
    except Refused as error:
        raise Invalid("template", "this is not one of the choices") from error
    if row.tenant != tenant and not row.is_shared:
        raise Invalid("template", "this is not one of the choices")
    template = parse_template(row.text)
    return row, template, check_draft(draft, template, now=now)


def _find_scripts(
    viewer: Viewer, tenant: TenantId, template: Template, draft: ChangeDraft, *, now: datetime
) -> Sequence[tuple[StepSpec, int | None]]:
    if template.has_scripts:
        require(viewer, Permission.RUN_SCRIPTS, tenant)
        chosen = preview_targets(viewer, tenant, draft.choice, now=now)
        if chosen.missing or chosen.doubtful:
            first = (*chosen.missing, *chosen.doubtful)[0]
            raise Invalid("names", f"no desktop, or more than one, is called {first}")
        if not chosen.candidates:
            raise Invalid("targets", "no desktop is meant by this")
    return [
        _find_script(viewer, tenant, each, draft.values) if each.script else (each, None)
        for each in template.steps
    ]


def _find_script(
    viewer: Viewer, tenant: TenantId, spec: StepSpec, given: Mapping[str, Mapping[str, str]]
) -> tuple[StepSpec, int]:
    """Return a step with its values as they will be, and its script: the customer's own before the
    provider's. Raises Invalid at the template, of a value at the step's and parameter's names."""
    script = find_script(viewer, tenant, spec.script)
    if script is None:
        raise Invalid("template", f"there is no script of this name: {spec.script}")
    try:
        _whole, version = access_runnable(viewer, script)
    except Conflict as error:
        raise Invalid(
            "template", f"no version of this script may run yet: {spec.script}"
        ) from error
    parameters = version.content.parameters
    if any(each.kind is ParameterKind.SECRET for each in parameters):
        raise Invalid("template", f"a runbook keeps no secrets; this asks for one: {spec.script}")
    try:
        asked = check_values(parameters, merge_values(spec, given))
    except Invalid as error:
        raise Invalid(f"{spec.name}.{error.field}", error.why) from error
    return replace(spec, values=dict(asked.shown)), script


def find_script(viewer: Viewer, tenant: TenantId, name: str) -> ScriptId | None:
    """Return the script of a name that may run on a customer's desktops: its own before the
    provider's; None when there is none."""
    found = fetch_scripts(viewer, filters={"name": name}, page=_FEW).items
    usable = [each for each in found if each.script.tenant == tenant or each.may_be_shared]
    usable.sort(key=lambda each: each.script.tenant != tenant)
    return usable[0].script.id if usable else None


def _keep(
    viewer: Viewer,
    ticket: Ticket,
    by: tuple[TemplateRow, Template, Sequence[tuple[StepSpec, int | None]]],
    draft: ChangeDraft,
    *,
    now: datetime,
) -> int:
    row, template, specs = by
    values = {"tenant": ticket.tenant, "about": ticket.id, "now": now, "by": viewer.name}
    with transaction() as conn:
        made = store.add_change(conn, draft, (row, template), values)
        if made is None:
            raise Conflict("the ticket has an open change already")
        store.add_steps(conn, made, specs)
        store.add_line(conn, made, LineKind.PLANNED, (viewer.name, now), text=draft.note)
        whole = queries.system_change(conn, made, (ticket.tenant,))
        after = {"template": row.id, "sha256": row.sha256, "ticket": ticket.id}
        tell(conn, viewer, "changes.plan", whole.change, after=after)
    return made


def _details(
    template: Template, draft: ChangeDraft, language: str, time_zone: str
) -> dict[str, str]:
    """Return what a ticket of a change is asked besides, from its template."""
    zone = ZoneInfo(time_zone)
    since, until = (each.astimezone(zone) for each in (draft.starts_at, draft.ends_at))

    def listed(phase: Phase) -> str:
        titles = (each.title.in_language(language) for each in template.phase(phase))
        return "\n".join(f"{number}. {title}" for number, title in enumerate(titles, start=1))

    return {
        "window": f"{since:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M} ({zone.key})",
        "risk": template.risk.value,
        "steps": listed(Phase.DO),
        "verification": listed(Phase.VERIFY),
        "rollback": listed(Phase.ROLLBACK),
    }
