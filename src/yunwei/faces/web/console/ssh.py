"""The pages of connections over SSH and WinRM: profiles, tries of them, the host keys of desktops.
What is typed of a profile is in `ssh_forms`."""

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import DesktopId, SshProfileId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.channels import secret_box
from yunwei.faces.web.console.ssh_forms import first_values, profile_fields, read_draft
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, open_form, tenant_field
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.operate.ssh import queries
from yunwei.operate.ssh.actions import host_keys, profiles
from yunwei.operate.ssh.actions.trying import try_profile
from yunwei.operate.ssh.facts import HostKey, Kind, Profile, Tried

_SEE = (Permission.SEE_SOURCES, Permission.MANAGE_SOURCES)
_MANAGE = Permission.MANAGE_SOURCES

PROFILES = ListSpec[Profile](
    name="ssh_profiles",
    title=_("Connection profiles"),
    columns=(
        Column(
            name="name",
            label=_("Name"),
            value=lambda row: row.name,
            note=lambda row: row.condition,
            link=lambda row: reverse("ssh_profile", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: "on" if row.is_enabled else "off",
            kind="word",
            words="profile_state",
        ),
        Column(
            name="kind",
            label=_("Way"),
            value=lambda row: row.kind,
            kind="word",
            words="profile_kind",
            phone="label",
        ),
        Column(
            name="user",
            label=_("Account"),
            value=lambda row: f"{row.user}:{row.port}",
            sort="user",
            phone="label",
        ),
        Column(
            name="trust",
            label=_("Host keys"),
            value=lambda row: row.trust,
            kind="word",
            words="host_trust",
            phone="label",
        ),
        Column(
            name="jump_host",
            label=_("Jump host"),
            value=lambda row: row.jump_host,
            phone="label",
        ),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row.changed_at,
            kind="time",
            sort="changed_at",
            phone="hide",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
    ),
    filters=(
        search_filter(_("Name, account or jump host")),
        yes_filter("is_enabled", _("State: all"), _("On"), _("Off")),
        word_filter("kind", _("Way: all"), "profile_kind"),
    ),
    fetch=queries.fetch_profiles,
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("ssh",),
    empty_icon="terminal-2",
    empty_title=_("No connection profiles"),
    empty_text=_(
        "A profile tells how desktops without an agent are reached, Linux over SSH and Windows "
        "over WinRM: as whom, by which key or password, and which desktops are believed."
    ),
)

HOST_KEYS = ListSpec[HostKey](
    name="host_keys",
    title=_("Host keys"),
    columns=(
        Column(
            name="desktop",
            label=_("Desktop"),
            value=lambda row: row.desktop_name,
            link=lambda row: reverse("host_key", args=[row.desktop]),
            sort="desktop",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="host_key_state",
            sort="state",
        ),
        Column(
            name="trusted",
            label=_("Trusted key"),
            value=lambda row: row.trusted_fingerprint,
            phone="label",
        ),
        Column(
            name="offered",
            label=_("Key that it showed"),
            value=lambda row: row.offered_fingerprint,
            phone="label",
        ),
        Column(
            name="offered_at",
            label=_("Shown"),
            value=lambda row: row.offered_at,
            kind="time",
            sort="offered_at",
            phone="label",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
    ),
    filters=(
        search_filter(_("Desktop or fingerprint")),
        word_filter("state", _("State: all"), "host_key_state"),
    ),
    fetch=queries.fetch_host_keys,
    row_id=lambda row: row.desktop,
    default_sort="state",
    refresh=("ssh",),
    empty_icon="key",
    empty_title=_("No host keys"),
    empty_text=_(
        "The key that a desktop shows when it is reached over SSH stands here, and the certificate "
        "that one shows over WinRM."
    ),
)


@page(*_SEE)
def list_profiles(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /ssh"""
    return serve_list(
        request,
        viewer,
        PROFILES,
        "console/ssh/list.html",
        **offer(viewer, _MANAGE, "ssh_profile_new", _("Add an SSH profile")),
    )


@page(*_SEE)
def list_host_keys(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /ssh/host-keys"""
    return serve_list(request, viewer, HOST_KEYS, "console/ssh/host_keys.html")


@form_page(_MANAGE)
def new_profile(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /ssh/new?kind=ssh|winrm"""
    kind = Kind.WINRM if request.GET.get("kind") == Kind.WINRM else Kind.SSH
    tenant = tenant_field(tenant_options(viewer), label=_("Tenant"), home=str(viewer.tenant))
    form = open_form(request, (tenant, *profile_fields(kind, ())), {})
    made = form.attempt(
        lambda sent: profiles.add_profile(
            viewer,
            TenantId(sent.number("tenant")),
            read_draft(sent, kind),
            box=secret_box(),
            now=CLOCK.now(),
        )
    )
    if made is not None:
        return done(request, "ssh_profile", _("The profile was added."), profile=made)
    status = 422 if form.is_sent else 200
    return render(
        request, "console/ssh/profile.html", status=status, form=form, row=None, kind=kind
    )


@form_page(*_SEE)
def show_profile(request: HttpRequest, viewer: Viewer, profile: int) -> HttpResponseBase:
    """GET, POST /ssh/N"""
    row = queries.access_profile(viewer, SshProfileId(profile))
    form = open_form(request, profile_fields(row.kind, row.holds), first_values(row))

    def change(sent: Form) -> bool:
        draft = read_draft(sent, row.kind)
        profiles.change_profile(viewer, row.id, draft, box=secret_box(), now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "ssh_profile", _("Saved."), profile=row.id)
    status = 422 if form.is_sent else 200
    return render(
        request, "console/ssh/profile.html", status=status, form=form, row=row, kind=row.kind
    )


@action(_MANAGE)
def try_one(request: HttpRequest, viewer: Viewer, profile: int) -> HttpResponseBase:
    """POST /ssh/N/try, desktop=NAME: reach one desktop by the stored profile"""
    name, error = request.POST.get("desktop", "").strip(), ""
    tried: Tried | None = None
    try:
        tried = async_to_sync(try_profile)(
            viewer, SshProfileId(profile), name, box=secret_box(), now=CLOCK.now()
        )
    except (Invalid, Conflict) as wrong:
        error = say_error(wrong)
    row = queries.access_profile(viewer, SshProfileId(profile))
    return render(
        request,
        "console/ssh/tried.html",
        parts=("answer",),
        status=422 if error else 200,
        row=row,
        tried=tried,
        error=error,
        name=name,
    )


@action(_MANAGE)
def remove_profile(request: HttpRequest, viewer: Viewer, profile: int) -> HttpResponseBase:
    """POST /ssh/N/remove"""
    profiles.remove_profile(viewer, SshProfileId(profile), now=CLOCK.now())
    return done(request, "ssh_profiles", _("The profile was removed, with what it held."))


@page(*_SEE)
def show_host_key(request: HttpRequest, viewer: Viewer, desktop: int) -> HttpResponseBase:
    """GET /ssh/host-keys/N"""
    row = queries.access_host_key(viewer, DesktopId(desktop))
    return render(request, "console/ssh/host_key.html", row=row)


@action(_MANAGE)
def decide_host_key(request: HttpRequest, viewer: Viewer, desktop: int) -> HttpResponseBase:
    """POST /ssh/host-keys/N, decision=accept|decline|forget, fingerprint=of the key looked at"""
    decision = request.POST.get("decision")
    try:
        if decision == "accept":
            fingerprint = request.POST.get("fingerprint", "")
            host_keys.accept_key(viewer, DesktopId(desktop), fingerprint, now=CLOCK.now())
            return done(request, "host_keys", _("The key is trusted from now on."))
        if decision == "decline":
            host_keys.decline_key(viewer, DesktopId(desktop))
            return done(request, "host_keys", _("The key is not trusted."))
    except Conflict as error:
        return done(request, "host_key", say_error(error), tone="critical", desktop=desktop)
    host_keys.forget_key(viewer, DesktopId(desktop))
    return done(request, "host_keys", _("Nothing is known of this desktop's key any more."))


urlpatterns = [
    path("ssh", list_profiles, name="ssh_profiles"),
    path("ssh/new", new_profile, name="ssh_profile_new"),
    path("ssh/<int:profile>", show_profile, name="ssh_profile"),
    path("ssh/<int:profile>/try", try_one, name="ssh_profile_try"),
    path("ssh/<int:profile>/remove", remove_profile, name="ssh_profile_remove"),
    path("ssh/host-keys", list_host_keys, name="host_keys"),
    path("ssh/host-keys/<int:desktop>", show_host_key, name="host_key"),
    path("ssh/host-keys/<int:desktop>/decide", decide_host_key, name="host_key_decide"),
]
