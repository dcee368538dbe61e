"""The pages of templates of standard changes, which are text."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter
from yunwei.faces.web.shared.forms import Form, FormField, open_form, tenant_field
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.operate.changes.actions import templates as actions
from yunwei.operate.changes.facts import Phase, TemplateRow
from yunwei.operate.changes.queries import changes as queries
from yunwei.operate.changes.queries.words import say_said
from yunwei.operate.changes.rules import parse_template

WORK, MANAGE = Permission.WORK_REQUESTS, Permission.MANAGE_SERVICE

TEMPLATES = ListSpec[TemplateRow](
    name="change-templates",
    title=_("Templates of changes"),
    columns=(
        Column(
            name="title",
            label=_("Template"),
            value=lambda row: say_said(row.title),
            link=lambda row: reverse("change_template", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="risk",
            label=_("Risk"),
            value=lambda row: row.risk,
            kind="word",
            words="change_risk",
        ),
        Column(
            name="steps",
            label=_("Steps"),
            value=lambda row: row.steps,
            kind="number",
            phone="label",
        ),
        Column(
            name="scripts",
            label=_("By script"),
            value=lambda row: row.scripts,
            kind="number",
            phone="label",
        ),
        Column(
            name="tenant", label=_("Customer"), value=lambda row: row.tenant_name, phone="label"
        ),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row.changed_at,
            kind="time",
            sort="changed_at",
            phone="hide",
        ),
        Column(
            name="changed_by", label=_("Changed by"), value=lambda row: row.changed_by, phone="hide"
        ),
    ),
    filters=(
        search_filter(_("Customer or template")),
        word_filter("risk", _("Risk: all"), "change_risk"),
    ),
    fetch=queries.fetch_templates,
    row_id=lambda row: row.id,
    default_sort="title",
    refresh=("changes",),
    empty_icon="file-code",
    empty_title=_("No templates of changes"),
    empty_text=_(
        "A template says step by step how a change is carried out, verified and rolled back. What "
        "the provider writes can be taken for every customer."
    ),
)


@page(WORK)
def list_templates(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /changes/templates"""
    return serve_list(
        request,
        viewer,
        TEMPLATES,
        "console/service/change_templates.html",
        can=may(viewer, MANAGE),
        **offer(viewer, MANAGE, "change_template_new", _("Write a template")),
    )


@page(WORK)
def show_template(request: HttpRequest, viewer: Viewer, template: int) -> HttpResponseBase:
    """GET /changes/templates/N"""
    row = queries.access_template(viewer, template)
    parsed = parse_template(row.text)
    return render(
        request,
        "console/service/change_template.html",
        row=row,
        runbook=parsed,
        phases=[(each, parsed.phase(each)) for each in Phase],
        can=may(viewer, MANAGE, row.tenant),
    )


_TEXT = FormField(
    key="text",
    label=_("The template, as TOML"),
    kind="area",
    rows=30,
    help=_(
        "[[step]] changes something, [[verify]] looks whether it is well, [[rollback]] brings back "
        "the state before. A step with `script` is run by the platform; the others a person does."
    ),
)


@form_page(MANAGE)
def new_template(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /changes/templates/new"""
    whose = tenant_field(
        list(tenant_options(viewer)),
        label=_("For which customer"),
        home=str(viewer.tenant),
        help=_("The provider's own can be taken for every customer."),
    )
    form = open_form(request, (whose, _TEXT), {"text": queries.example_text()})
    made = form.attempt(
        lambda sent: actions.add_template(
            viewer, _tenant(viewer, sent), _text(request), now=CLOCK.now()
        )
    )
    if made is not None:
        return done(request, "change_template", _("The template is kept."), template=made)
    return _template_form(request, form, back=reverse("change_templates"))


@form_page(MANAGE)
def change_template(request: HttpRequest, viewer: Viewer, template: int) -> HttpResponseBase:
    """GET, POST /changes/templates/N/change"""
    row = queries.access_template(viewer, template)
    version = FormField(key="version", label="", kind="hidden", default=str(row.version))
    form = open_form(request, (version, _TEXT), {"text": row.text, "version": str(row.version)})

    def change(sent: Form) -> bool:
        number = sent.number("version")
        actions.change_template(viewer, template, _text(request), version=number, now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "change_template", _("The template is kept."), template=template)
    return _template_form(request, form, back=reverse("change_template", args=[template]))


def _text(request: HttpRequest) -> str:
    # what is hashed keeps its ends; browsers send lines as CRLF
    return request.POST.get("text", "").replace("\r\n", "\n")


def _template_form(request: HttpRequest, form: Form, *, back: str) -> HttpResponseBase:
    status = 422 if form.is_sent else 200
    template = "console/service/change_template_form.html"
    return render(request, template, status=status, form=form, back=back)


def _tenant(viewer: Viewer, form: Form) -> TenantId:
    text = form.text("tenant")
    if not text.isdecimal() or int(text) not in viewer.tenants:
        raise Invalid("tenant", "this is not one of the choices")
    return TenantId(int(text))


@action(MANAGE)
def remove_template(request: HttpRequest, viewer: Viewer, template: int) -> HttpResponseBase:
    """POST /changes/templates/N/remove"""
    actions.remove_template(viewer, template, now=CLOCK.now())
    return done(request, "change_templates", _("Removed."))


urlpatterns = [
    path("changes/templates", list_templates, name="change_templates"),
    path("changes/templates/new", new_template, name="change_template_new"),
    path("changes/templates/<int:template>", show_template, name="change_template"),
    path("changes/templates/<int:template>/change", change_template, name="change_template_change"),
    path("changes/templates/<int:template>/remove", remove_template, name="change_template_remove"),
]
