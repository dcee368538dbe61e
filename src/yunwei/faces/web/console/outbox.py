"""The pages of messages sent: to whom, by which way, what became of each, and sending one again."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import MessageId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.notify.actions import messages as actions
from yunwei.monitor.notify.facts.messages import Delivery, MessageKind, MessageRow, MessageState
from yunwei.monitor.notify.queries import channels as channel_queries
from yunwei.monitor.notify.queries import messages as message_queries


def _channel_options(viewer: Viewer) -> Iterable[tuple[str, Text]]:
    if not may(viewer, Permission.SEE_RULES):
        return []
    known = channel_queries.fetch_channels(viewer, page=PageRequest(limit=200)).items
    return [(str(each.id), each.name) for each in known]


def _say_way(row: MessageRow) -> str:
    return row.channel_name or gettext("On screen")


OUTBOX = ListSpec[MessageRow](
    name="outbox",
    title=_("Messages sent"),
    columns=(
        Column(
            name="subject",
            label=_("Message"),
            value=lambda row: row.content.subject,
            note=lambda row: row.error or row.receipt_reason,
            link=lambda row: reverse("message", args=[row.id]),
            is_main=True,
        ),
        Column(
            name="recipient",
            label=pgettext_lazy("recipient", "To"),
            value=lambda row: row.recipient or row.address or row.channel_name,
            note=lambda row: row.address if row.recipient else "",
            phone="label",
        ),
        Column(name="channel", label=_("Channel"), value=_say_way, phone="label"),
        Column(
            name="kind",
            label=_("Kind"),
            value=lambda row: row.kind,
            kind="word",
            words="message_kind",
            phone="hide",
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="message_state",
            sort="state",
        ),
        Column(
            name="receipt",
            label=_("Receipt"),
            value=lambda row: row.receipt or None,
            kind="word",
            words="receipt_state",
        ),
        Column(
            name="created_at",
            label=_("Written"),
            value=lambda row: row.created_at,
            kind="time",
            sort="created_at",
        ),
        Column(
            name="route",
            label=_("Route"),
            value=lambda row: row.route_name,
            is_default=False,
            phone="hide",
        ),
        Column(
            name="sent_at",
            label=pgettext_lazy("message", "Sent"),
            value=lambda row: row.sent_at,
            kind="time",
            sort="sent_at",
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Subject, recipient, address")),
        word_filter("state", _("State: all"), "message_state"),
        word_filter("receipt", _("Receipt: all"), "receipt_state"),
        word_filter("kind", _("Kind: all"), "message_kind"),
        Filter(
            name="channel",
            label=_("Channel: all"),
            options=_channel_options,
            parse=int,
            kind="choice",
        ),
    ),
    fetch=lambda viewer, filters, page: message_queries.fetch_messages(
        viewer, filters=filters, page=page
    ),
    row_id=lambda row: row.id,
    default_sort="-created_at",
    refresh=("messages",),
    empty_icon="send",
    empty_title=_("No messages"),
    empty_text=_("What routes, escalations and notices tell people stands here."),
)


@dataclass(frozen=True)
class MessageBoard:
    """What the page of one message shows."""

    viewer: Viewer
    row: MessageRow

    @cached_property
    def deliveries(self) -> tuple[Delivery, ...]:
        return message_queries.fetch_deliveries(self.viewer, self.row.id)

    @cached_property
    def members(self) -> tuple[MessageRow, ...]:
        """The messages that a digest tells of."""
        if self.row.kind is not MessageKind.DIGEST:
            return ()
        return self._fetch(digest=self.row.id)

    @cached_property
    def replaced_by(self) -> MessageRow | None:
        return next(iter(self._fetch(replaces=self.row.id)), None)

    @property
    def can_be_sent_again(self) -> bool:
        return self.row.state is MessageState.DEAD

    def _fetch(self, **filters: int) -> tuple[MessageRow, ...]:
        page = PageRequest(limit=200)
        return message_queries.fetch_messages(self.viewer, filters=filters, page=page).items


@page(Permission.SEE_MONITORING)
def list_outbox(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /outbox"""
    return serve_list(request, viewer, OUTBOX, "console/messages/outbox.html")


@page(Permission.SEE_MONITORING)
def show_message(request: HttpRequest, viewer: Viewer, message: int) -> HttpResponseBase:
    """GET /messages/N"""
    row = message_queries.access_message(viewer, MessageId(message))
    board = MessageBoard(viewer, row)
    return render(request, "console/messages/detail.html", parts=("message",), board=board, row=row)


@action(Permission.OPERATE_ALARMS)
def send_again(request: HttpRequest, viewer: Viewer, message: int) -> HttpResponseBase:
    """POST /messages/N/retry"""
    actions.retry_message(viewer, MessageId(message), now=CLOCK.now())
    text = gettext("It is sent again.")
    return done(request, "message", text, refresh=("messages",), message=message)


urlpatterns = [
    path("outbox", list_outbox, name="outbox"),
    path("messages/<int:message>", show_message, name="message"),
    path("messages/<int:message>/retry", send_again, name="message_retry"),
]
