"""The pages of escalation policies: who is told next, and when, until somebody acts."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import PolicyId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.policy_forms import draw_steps, open_policy_form, read_draft
from yunwei.faces.web.console.targets import Whom, build_badges, fetch_whom
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options
from yunwei.faces.web.shared.forms import Form, FormField, tenant_field
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.monitor.notify.actions import policies as actions
from yunwei.monitor.notify.facts.escalation import PolicyRow, PolicyStep
from yunwei.monitor.notify.queries import escalation as escalation_queries

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)


def policy_url(row: PolicyRow) -> str:
    return reverse("policy", args=[row.policy.id])


POLICIES = ListSpec[PolicyRow](
    name="escalation-policies",
    title=_("Escalation"),
    columns=(
        Column(
            name="name",
            label=_("Policy"),
            value=lambda row: row.policy.name,
            link=policy_url,
            sort="name",
            is_main=True,
        ),
        Column(
            name="steps", label=_("Steps"), value=lambda row: len(row.policy.steps), kind="number"
        ),
        Column(name="routes", label=_("Routes"), value=lambda row: row.route_names, kind="tags"),
        Column(
            name="under_way",
            label=_("Under way"),
            value=lambda row: row.under_way,
            kind="number",
        ),
        Column(
            name="version",
            label=_("Version"),
            value=lambda row: row.policy.version,
            kind="number",
            phone="hide",
        ),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row.policy.changed_at,
            kind="time",
            sort="changed_at",
            phone="hide",
        ),
    ),
    filters=(search_filter(_("Name")),),
    fetch=lambda viewer, filters, asked: escalation_queries.fetch_policies(
        viewer, filters=filters, page=asked
    ),
    row_id=lambda row: row.policy.id,
    default_sort="name",
    empty_icon="stairs-up",
    empty_title=_("No escalation policies yet"),
    empty_text=_(
        "A policy says who is told at once, who after a while when nobody has acted, and so on. "
        "Routes lead to it."
    ),
)


@page(*_SEE)
def list_policies(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /escalation-policies"""
    return serve_list(
        request,
        viewer,
        POLICIES,
        "console/policies/list.html",
        **offer(viewer, Permission.MANAGE_RULES, "policy_new", _("Add a policy")),
    )


def _head(viewer: Viewer, *, is_new: bool) -> tuple[FormField, ...]:
    name = FormField(key="name", label=_("Name"))
    if not is_new:
        return (name,)
    tenants = tenant_options(viewer)
    return (name, tenant_field(tenants, label=_("Tenant"), home=str(viewer.tenant)))


@form_page(Permission.MANAGE_RULES)
def new_policy(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /escalation-policies/new"""
    form = open_policy_form(request, _head(viewer, is_new=True), fetch_whom(viewer), None)
    made = form.attempt(
        lambda sent: actions.add_policy(
            viewer, TenantId(sent.number("tenant")), read_draft(sent), now=CLOCK.now()
        )
    )
    if made is not None:
        return done(request, "policy", _("The policy was added."), policy=made)
    return _render_form(request, form)


@form_page(Permission.MANAGE_RULES)
def change_policy(request: HttpRequest, viewer: Viewer, policy: int) -> HttpResponseBase:
    """GET, POST /escalation-policies/N/change"""
    row = escalation_queries.access_policy(viewer, PolicyId(policy))
    form = open_policy_form(request, _head(viewer, is_new=False), fetch_whom(viewer), row.policy)

    def change(sent: Form) -> bool:
        actions.change_policy(viewer, row.policy.id, read_draft(sent), now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "policy", _("Saved."), policy=policy)
    return _render_form(request, form, row=row)


def _render_form(
    request: HttpRequest, form: Form, *, row: PolicyRow | None = None
) -> HttpResponseBase:
    steps = draw_steps(form)
    is_wrong = form.is_sent and bool(form.error or form.errors or any(step.error for step in steps))
    return render(
        request,
        "console/policies/form.html",
        status=422 if is_wrong else 200,
        form=form,
        steps=steps,
        row=row,
    )


@page(*_SEE)
def show_policy(request: HttpRequest, viewer: Viewer, policy: int) -> HttpResponseBase:
    """GET /escalation-policies/N"""
    row = escalation_queries.access_policy(viewer, PolicyId(policy))
    whom = fetch_whom(viewer)
    return render(
        request,
        "console/policies/detail.html",
        row=row,
        policy=row.policy,
        steps=[_tell_step(step, whom) for step in row.policy.steps],
        versions=escalation_queries.fetch_policy_versions(viewer, row.policy.id),
        can_remove=may(viewer, Permission.MANAGE_RULES) and not row.route_names,
    )


def _tell_step(step: PolicyStep, whom: Whom) -> dict[str, object]:
    return {"step": step, "badges": build_badges(step.targets, whom)}


@action(Permission.MANAGE_RULES)
def remove_policy(request: HttpRequest, viewer: Viewer, policy: int) -> HttpResponseBase:
    """POST /escalation-policies/N/remove"""
    actions.remove_policy(viewer, PolicyId(policy), now=CLOCK.now())
    return done(request, "policies", _("The policy is gone."))


urlpatterns = [
    path("escalation-policies", list_policies, name="policies"),
    path("escalation-policies/new", new_policy, name="policy_new"),
    path("escalation-policies/<int:policy>", show_policy, name="policy"),
    path("escalation-policies/<int:policy>/change", change_policy, name="policy_change"),
    path("escalation-policies/<int:policy>/remove", remove_policy, name="policy_remove"),
]
