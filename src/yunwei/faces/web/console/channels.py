"""The pages of channels: the ways by which people are reached, each drawn from its manifest."""

from functools import cache

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yunwei.base.core.errors import SendError
from yunwei.base.core.ids import ChannelId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.secrets import SecretBox, open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.infra.signing import Signer, open_signer
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import (
    Form,
    FormField,
    access_manifest,
    manifest_fields,
    open_form,
    tenant_field,
    with_kept,
)
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.monitor.notify.actions import channels as actions
from yunwei.monitor.notify.actions.receipts import make_channel_token
from yunwei.monitor.notify.facts.channels import Channel, ChannelDraft
from yunwei.monitor.notify.queries import channels as channel_queries
from yunwei.monitor.notify.queries.figures import MeasuredChannel, fetch_measured_channels
from yunwei.monitor.notify.queries.limits import describe_limits
from yunwei.monitor.notify.rules.receipts import PURPOSE as RECEIPTS
from yunwei.plugins.sdk.manifest import CHANNELS, Manifest, get_manifest, manifests

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)
_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]


@cache
def secret_box() -> SecretBox:
    """This installation's box; its key is read once per process."""
    return open_secret_box(load_settings())


@cache
def receipt_signer() -> Signer:
    """This installation's signer of addresses for receipts; its key is read once per process."""
    return open_signer(load_settings(), RECEIPTS)


def channel_url(row: MeasuredChannel) -> str:
    return reverse("channel", args=[row.channel.id])


def _kind_name(row: MeasuredChannel) -> str:
    manifest = manifests(CHANNELS).get(row.channel.kind)
    return localize(manifest) if manifest else row.channel.kind


def localize(manifest: Manifest) -> str:
    return manifest.name.zh if (get_language() or "").startswith("zh") else manifest.name.en


CHANNEL_LIST = ListSpec[MeasuredChannel](
    name="channels",
    title=gettext_lazy("Channels"),
    columns=(
        Column(
            name="name",
            label=gettext_lazy("Channel"),
            value=lambda row: row.channel.name,
            link=channel_url,
            sort="name",
            is_main=True,
        ),
        Column(name="kind", label=gettext_lazy("Kind"), value=_kind_name, sort="kind"),
        Column(
            name="is_enabled",
            label=gettext_lazy("State"),
            value=lambda row: row.channel.is_enabled,
            kind="word",
            words="enabled",
        ),
        Column(
            name="sent",
            label=gettext_lazy("Sent in 7 days"),
            value=lambda row: row.figures.sent,
            kind="number",
            phone="label",
        ),
        Column(
            name="success",
            label=gettext_lazy("Got through"),
            value=lambda row: row.figures.success,
            kind="ratio",
            phone="label",
        ),
        Column(
            name="dead",
            label=gettext_lazy("Given up"),
            value=lambda row: row.figures.dead or None,
            kind="number",
            phone="label",
        ),
        Column(
            name="waiting",
            label=gettext_lazy("Waiting"),
            value=lambda row: row.figures.waiting or None,
            kind="number",
            phone="hide",
        ),
        Column(
            name="usual_s",
            label=gettext_lazy("Usually sent within"),
            value=lambda row: row.figures.usual_s,
            kind="duration",
            phone="hide",
        ),
        Column(
            name="slow_s",
            label=gettext_lazy("95 of 100 within"),
            value=lambda row: row.figures.slow_s,
            kind="duration",
            phone="hide",
        ),
        Column(
            name="changed_at",
            label=gettext_lazy("Changed"),
            value=lambda row: row.channel.changed_at,
            kind="time",
            sort="changed_at",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(gettext_lazy("Name")),
        yes_filter(
            "is_enabled",
            gettext_lazy("State: all"),
            gettext_lazy("In use"),
            gettext_lazy("Switched off"),
        ),
    ),
    fetch=lambda viewer, filters, page: fetch_measured_channels(
        viewer, filters=filters, page=page, now=CLOCK.now()
    ),
    row_id=lambda row: row.channel.id,
    default_sort="name",
    empty_icon="send",
    empty_title=gettext_lazy("No channels yet"),
    empty_text=gettext_lazy(
        "A channel is a way to reach people: e-mail, a WeCom group, a webhook."
    ),
)


def _fields(
    viewer: Viewer, manifest: Manifest, channel: Channel | None = None
) -> tuple[FormField, ...]:
    tenants = tenant_options(viewer)
    tenant = tenant_field(tenants, label=gettext_lazy("Tenant"), home=str(viewer.tenant))
    return (
        FormField(key="name", label=gettext_lazy("Name"), default=localize(manifest)),
        *(() if channel else (tenant,)),
        *manifest_fields(
            manifest, get_language() or "", kept=channel.secrets_set if channel else ()
        ),
        FormField(
            key="language",
            label=gettext_lazy("Language of messages to groups"),
            kind="choice",
            options=_LANGUAGES,
            default=viewer.language.value,
        ),
        FormField(
            key="limits",
            label=gettext_lazy("Sending limits"),
            is_required=False,
            help=_say_limits(manifest),
        ),
        FormField(
            key="fallback",
            label=gettext_lazy("When a message does not get through"),
            kind="choice",
            options=_fallback_options(viewer, channel),
            is_required=False,
            help=gettext_lazy(
                "At once where it can not arrive; else after 5 minutes when critical, after 15"
                " when major, after an hour when minor."
            ),
        ),
        FormField(key="is_enabled", label=gettext_lazy("In use"), kind="boolean", default="true"),
    )


def _fallback_options(viewer: Viewer, channel: Channel | None) -> list[tuple[str, str | Promise]]:
    known = channel_queries.fetch_channels(viewer, page=PageRequest(limit=200)).items
    others = [each for each in known if channel is None or _may_stand_in(each, channel)]
    return [
        ("", gettext_lazy("it is tried again for a day")),
        *((str(each.id), each.name) for each in others),
    ]


def _may_stand_in(other: Channel, channel: Channel) -> bool:
    return other.id != channel.id and other.tenant == channel.tenant


def _say_limits(manifest: Manifest) -> str:
    declared = describe_limits(manifest.slug) or _("none")
    text = _(
        "Written as 20/m; address 1/m 5/h 50/d. Empty: what the receiver documents, %(limits)s."
    )
    return text % {"limits": declared}


def _read_draft(form: Form, kind: str) -> ChannelDraft:
    return ChannelDraft(
        kind=kind,
        name=form.text("name"),
        settings=form.settings,
        language=form.text("language"),
        limits=form.text("limits"),
        fallback=ChannelId(form.number("fallback")) if form.text("fallback") else None,
        is_enabled=form.is_on("is_enabled"),
    )


@page(*_SEE)
def list_channels(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /channels"""
    return serve_list(
        request,
        viewer,
        CHANNEL_LIST,
        "console/channels/list.html",
        **offer(viewer, Permission.MANAGE_RULES, "channel_new", _("Add a channel")),
    )


@page(Permission.MANAGE_RULES)
def choose_channel_kind(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /channels/new: the kinds there are"""
    kinds = sorted(manifests(CHANNELS).values(), key=lambda each: each.slug)
    return render(request, "console/channels/kinds.html", kinds=kinds)


@form_page(Permission.MANAGE_RULES)
def add_channel(request: HttpRequest, viewer: Viewer, kind: str) -> HttpResponseBase:
    """GET, POST /channels/new/KIND"""
    manifest = access_manifest(CHANNELS, kind)
    form = open_form(request, _fields(viewer, manifest))
    made = form.attempt(
        lambda sent: actions.add_channel(
            viewer,
            TenantId(sent.number("tenant")),
            _read_draft(sent, kind),
            box=secret_box(),
            now=CLOCK.now(),
        )
    )
    if made is not None:
        return done(request, "channel", _("The channel was added. Send a test."), channel=made)
    return _render_form(request, form, manifest)


@form_page(*_SEE)
def show_channel(request: HttpRequest, viewer: Viewer, channel: int) -> HttpResponseBase:
    """GET, POST /channels/N: its settings, and a test"""
    found = channel_queries.access_channel(viewer, ChannelId(channel))
    manifest = get_manifest(CHANNELS, found.kind)
    fields = _fields(viewer, manifest, found)
    first = with_kept(fields, found.settings) | {
        "name": found.name,
        "language": found.language,
        "limits": found.limits,
        "fallback": str(found.fallback or ""),
        "is_enabled": "true" if found.is_enabled else "false",
    }
    form = open_form(request, fields, first)

    def change(sent: Form) -> bool:
        draft = _read_draft(sent, found.kind)
        actions.change_channel(viewer, found.id, draft, box=secret_box(), now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "channel", _("Saved."), channel=channel)
    return _render_form(request, form, manifest, channel=found)


def _render_form(
    request: HttpRequest, form: Form, manifest: Manifest, *, channel: Channel | None = None
) -> HttpResponseBase:
    is_wrong = form.is_sent and bool(form.error or form.errors)
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return render(
        request,
        "console/channels/form.html",
        status=422 if is_wrong else 200,
        form=form,
        manifest=manifest,
        channel=channel,
        receipt_address=_find_receipt_address(request, viewer, channel) if channel else "",
    )


def _find_receipt_address(request: HttpRequest, viewer: Viewer, channel: Channel) -> str:
    """Return where the channel's receiver posts receipts, for those who may set it up."""
    if not may(viewer, Permission.MANAGE_RULES, channel.tenant):
        return ""
    token = make_channel_token(viewer, channel.id, receipt_signer())
    return request.build_absolute_uri(reverse("api:post_receipts", args=[token])) if token else ""


@action(Permission.MANAGE_RULES)
def try_channel(request: HttpRequest, viewer: Viewer, channel: int) -> HttpResponseBase:
    """POST /channels/N/test with `address`: send a test message and say what came of it"""
    kind, settings = actions.fetch_test_settings(viewer, ChannelId(channel), box=secret_box())
    moment = CLOCK.now()
    try:
        receipt = async_to_sync(actions.test_channel)(
            kind,
            settings,
            address=request.POST.get("address", "").strip(),
            language=viewer.language.value,
            key=f"test-{channel}-{moment.timestamp():.0f}",
        )
    except SendError as error:
        text = _("The test was not delivered: %(why)s") % {"why": say_error(error)}
        return done(request, "channel", text, tone="critical", channel=channel)
    text = _("The test was delivered. %(detail)s") % {"detail": receipt.detail}
    return done(request, "channel", text, channel=channel)


@action(Permission.MANAGE_RULES)
def remove_channel(request: HttpRequest, viewer: Viewer, channel: int) -> HttpResponseBase:
    """POST /channels/N/remove"""
    actions.remove_channel(viewer, ChannelId(channel), now=CLOCK.now())
    return done(request, "channels", _("The channel is gone; routes that named it skip it."))


urlpatterns = [
    path("channels", list_channels, name="channels"),
    path("channels/new", choose_channel_kind, name="channel_new"),
    path("channels/new/<slug:kind>", add_channel, name="channel_add"),
    path("channels/<int:channel>", show_channel, name="channel"),
    path("channels/<int:channel>/test", try_channel, name="channel_test"),
    path("channels/<int:channel>/remove", remove_channel, name="channel_remove"),
]
