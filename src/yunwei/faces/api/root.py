"""REST's root: one API, its routers, its OpenAPI document and the page that shows it."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from yunwei.faces.api import (
    acceptances,
    acts,
    agents,
    alarm_types,
    alarms,
    audit,
    authorisations,
    calendars,
    cases,
    change_templates,
    changes,
    channels,
    conditions,
    contacts,
    contracts,
    dead_letters,
    desktop_users,
    desktops,
    diagnoses,
    duty_changes,
    emergencies,
    errors,
    escalation,
    escalations,
    event_plans,
    experience,
    explaining,
    hosts,
    idle,
    improvements,
    inspections,
    intake,
    knowledge,
    licence_holders,
    licences,
    load,
    logons,
    mails,
    maintenance,
    mask_rules,
    me,
    messages,
    named_sets,
    noise,
    noise_rules,
    overview,
    own_reports,
    ownerships,
    pools,
    posture,
    receipts,
    reclaims,
    relations,
    remedies,
    report_schedules,
    report_settings,
    reports,
    requests,
    routes,
    runs,
    saved_views,
    schedules,
    scripts,
    self_check,
    sessions,
    shapes,
    shifts,
    simulations,
    situations,
    sources,
    ssh,
    surveys,
    tenants,
    threshold_rules,
    tickets,
    timetables,
    tokens,
    trap_definitions,
    triggers,
    usage,
    users,
    visits,
)
from yunwei.faces.api.security import SessionAuth, TokenAuth

_SUMMARY = """\
Everything the pages show and do. Send an API token as `Authorization: Bearer yw_…`.

Lists are `{"items": […], "next": cursor or null, "total": n}`; times are RFC 3339 in UTC; errors
are `{"code", "message", "field"}`. What you may not see is answered like what is not there: 404.
"""
_WRITES = frozenset({"post", "put", "patch", "delete"})


class YunweiApi(NinjaAPI):
    """Adds to each operation of the OpenAPI document the errors that any of its kind can give."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        schemas = document["components"]["schemas"]
        schemas.setdefault("ErrorOut", errors.ErrorOut.model_json_schema())
        for operations in document["paths"].values():
            for method, operation in operations.items():
                for status in _error_statuses(method, is_open="security" not in operation):
                    operation["responses"].setdefault(status, _error_response(status))
        return document


def _error_statuses(method: str, *, is_open: bool) -> list[int]:
    common = [422, 503] if is_open else [401, 404, 422, 503]
    return common + ([400, 403, 409, 502] if method in _WRITES else [])


def _error_response(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ErrorOut"}
    return {
        "description": _MEANINGS[status],
        "content": {"application/json": {"schema": schema}},
    }


_MEANINGS = {
    400: "The request can not be read.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "A session's request came without its CSRF token.",
    404: "There is no such thing, or you may not see it.",
    409: "Someone was faster, or this is not possible in the present state.",
    422: "The input breaks a rule; `field` says where.",
    502: "A source or a receiver outside could not be reached, or refused.",
    503: "A storage engine does not answer; try again.",
}

ROUTERS = (
    # the noun in addresses, its heading in the document, its router
    ("/overview", "monitoring", overview.router),
    ("/agents", "agents", agents.router),
    ("/agent-enrolments", "agents", agents.tokens),
    ("/agent-door", "agents", agents.door),
    ("/desktops", "monitoring", desktops.router),
    ("/desktop-users", "monitoring", desktop_users.router),
    ("/diagnoses", "diagnosis", diagnoses.router),
    ("/desktop-acts", "self-service", acts.router),
    ("/support-messages", "self-service", acts.messages),
    ("/knowledge", "diagnosis", knowledge.router),
    ("/requests", "self-service", requests.router),
    ("/request-catalogue", "self-service", requests.catalogue),
    ("/reclaims", "self-service", reclaims.router),
    ("/sessions", "monitoring", sessions.router),
    ("/usage", "monitoring", usage.router),
    ("/usage/experience", "monitoring", experience.router),
    ("/usage/idle", "monitoring", idle.router),
    ("/usage/logons", "monitoring", logons.router),
    ("/usage/load", "monitoring", load.router),
    ("/posture", "monitoring", posture.router),
    ("/pools", "monitoring", pools.router),
    ("/hosts", "monitoring", hosts.router),
    ("/licences", "monitoring", licence_holders.router),
    ("/licences", "monitoring", licences.router),
    ("/sources", "sources", sources.router),
    ("/self-check", "people", self_check.router),
    ("/trap-definitions", "sources", trap_definitions.router),
    ("/intake", "intake", intake.router),
    ("/dead-letters", "sources", dead_letters.router),
    ("/alarms", "alarms", alarms.router),
    ("/situations", "governance", situations.router),
    ("/relations", "governance", relations.router),
    ("/alarm-types", "alarms", alarm_types.router),
    ("/alarms", "notify", escalations.router),
    ("/conditions", "governance", conditions.router),
    ("/mask-rules", "governance", simulations.rule_router),
    ("/mask-rules", "governance", mask_rules.router),
    ("/maintenance", "governance", maintenance.router),
    ("/simulations", "governance", simulations.router),
    ("/noise", "governance", noise.router),
    ("/noise-rules", "governance", noise_rules.router),
    ("/threshold-rules", "governance", threshold_rules.router),
    ("/threshold-trials", "governance", threshold_rules.trial_router),
    ("/named-sets", "governance", named_sets.router),
    ("/routes", "notify", routes.router),
    ("/routes", "notify", explaining.router),
    ("/ownerships", "notify", ownerships.router),
    ("/escalation-policies", "notify", escalation.router),
    ("/channels", "notify", channels.router),
    ("/messages", "notify", messages.router),
    ("/receipts", "notify", receipts.router),
    ("/schedules", "duty", schedules.router),
    ("/shifts", "duty", shifts.router),
    ("/overrides", "duty", duty_changes.overrides),
    ("/temporary-shifts", "duty", duty_changes.temporary_shifts),
    ("/leaves", "duty", duty_changes.leaves),
    ("/swaps", "duty", duty_changes.swap_requests),
    ("/calendars", "duty", calendars.router),
    ("/scripts", "scripts", scripts.router),
    ("/runs", "runs", runs.router),
    ("/cases", "service", cases.router),
    ("/cases", "service", acceptances.of_case),
    ("/acceptances", "service", acceptances.router),
    ("/contracts", "service", contracts.router),
    ("/tickets", "service", tickets.router),
    ("/tickets", "service", mails.of_ticket),
    ("/mails", "service", mails.router),
    ("/mailbox", "service", mails.mailbox),
    ("/emergencies", "service", emergencies.router),
    ("/surveys", "service", surveys.router),
    ("/improvements", "service", improvements.router),
    ("/event-plans", "service", event_plans.router),
    ("/visits", "service", visits.router),
    ("/changes", "service", changes.router),
    ("/change-templates", "service", change_templates.router),
    ("/inspections", "service", inspections.router),
    ("/inspection-templates", "service", inspections.templates),
    ("/inspection-schedules", "service", inspections.schedules),
    ("/authorisations", "service", authorisations.router),
    ("/acts", "service", authorisations.acts),
    ("/remedies", "remedies", remedies.router),
    ("/triggers", "triggers", triggers.router),
    ("/ssh-profiles", "ssh", ssh.router),
    ("/host-keys", "ssh", ssh.keys),
    ("/timetables", "timetables", timetables.router),
    ("/reports", "reports", reports.router),
    ("/report-definitions", "reports", own_reports.router),
    ("/report-schedules", "reports", report_schedules.router),
    ("/report-settings", "reports", report_settings.router),
    ("/me", "people", me.router),
    ("/me", "self-service", requests.mine),
    ("/me", "self-service", reclaims.mine),
    ("/me", "people", contacts.mine),
    ("/users", "people", users.router),
    ("/users", "people", contacts.theirs),
    ("/saved-views", "monitoring", saved_views.router),
    ("/tokens", "people", tokens.router),
    ("/tenants", "people", tenants.router),
    ("/audit", "audit", audit.router),
)


def _rows_as_list(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a view return the tuple of rows that a query gave: of two of them Ninja would take the
    first for a status."""
    if inspect.iscoroutinefunction(view):
        return view

    @functools.wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        found = view(*args, **kwargs)
        return list(found) if isinstance(found, tuple) else found

    return answer


api = YunweiApi(
    title="Yunwei",
    version="1",
    description=_SUMMARY,
    urls_namespace="api",
    docs_url=None,
    openapi_url="openapi.json",
    auth=[TokenAuth(), SessionAuth()],
)
errors.install(api)
shapes.install()
api.add_decorator(_rows_as_list)
for prefix, tag, router in ROUTERS:
    api.add_router(prefix, router, tags=[tag])


def docs(request: HttpRequest) -> HttpResponse:
    """Show the OpenAPI document as a page to read and try."""
    return render(request, "api/docs.html")
