"""The pages of mail to the service: its mailbox, what came, what waits for a person."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from yunwei.base.core.errors import Conflict, Invalid, Refused, SourceError
from yunwei.base.core.ids import ContractId, TicketId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.channels import secret_box
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.operate.letters.actions import mailboxes
from yunwei.operate.letters.actions import mails as actions
from yunwei.operate.letters.facts.mails import Mailbox
from yunwei.operate.letters.queries import mails as queries
from yunwei.operate.service.facts.contracts import ContractState
from yunwei.operate.service.queries import contracts, tickets

_MANAGES = Permission.MANAGE_SERVICE
_MANY = PageRequest(limit=200)


@page(_MANAGES)
def list_mails(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /mails"""
    in_force = {"state": ContractState.IN_FORCE.value}
    known = contracts.fetch_contracts(viewer, in_force, _MANY, now=CLOCK.now()).items
    return render(
        request,
        "console/service/mails.html",
        mailbox=queries.fetch_mailbox(viewer),
        waiting=queries.fetch_mails(viewer, waits=True),
        handled=queries.fetch_mails(viewer, waits=False),
        contracts=[head for head, _state in known],
    )


@action(_MANAGES)
def decide(request: HttpRequest, viewer: Viewer, mail: int) -> HttpResponseBase:
    """POST /mails/N/decide: act (take, dismiss), contract"""
    act, contract = request.POST.get("act"), request.POST.get("contract", "")
    try:
        if act == "dismiss":
            actions.dismiss_mail(viewer, mail, now=CLOCK.now())
            return done(request, "mails", _("Dismissed."))
        if act != "take" or not (contract.isascii() and contract.isdigit() and len(contract) < 12):
            raise Refused()
        made = actions.take_mail(viewer, mail, ContractId(int(contract)), now=CLOCK.now())
    except (Conflict, Invalid) as error:
        return done(request, "mails", say_error(error), tone="critical")
    return done(request, "ticket", _("The ticket was opened."), ticket=made)


@form_page(_MANAGES)
def set_up_mailbox(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /mailbox"""
    known = queries.fetch_mailbox(viewer)
    form = open_form(request, _fields(known), _first(known))
    if form.is_sent:
        form.attempt(
            lambda sent: mailboxes.save_mailbox(
                viewer, _read(sent), sent.text("password"), box=secret_box(), now=CLOCK.now()
            )
        )
        if not (form.error or form.errors):
            return done(request, "mailbox", _("Saved. Mail is fetched every half a minute."))
    return render(
        request,
        "console/service/mailbox.html",
        status=422 if form.is_sent else 200,
        form=form,
        mailbox=known,
    )


def _fields(known: Mailbox | None) -> tuple[FormField, ...]:
    has_password = known is not None and known.has_password
    return (
        FormField(
            key="address",
            label=_("Address"),
            kind="email",
            help=_("To which customers write, and to which they answer."),
        ),
        FormField(key="host", label=_("IMAP server")),
        FormField(key="port", label=_("Port"), kind="number", minimum=1, maximum=65535),
        FormField(
            key="security",
            label=_("Encryption"),
            kind="choice",
            options=(("tls", _("TLS from the start")), ("starttls", "STARTTLS")),
        ),
        FormField(key="user", label=_("User name")),
        FormField(
            key="password",
            label=_("Password"),
            kind="secret",
            is_kept=has_password,
            is_required=not has_password,
        ),
        FormField(key="folder", label=_("Folder")),
        FormField(
            key="trust",
            label=_("Certificate"),
            kind="choice",
            options=(
                ("verify", _("Of a public authority")),
                ("own_ca", _("Of the authority below")),
            ),
        ),
        FormField(key="ca", label=_("Own authority (PEM)"), kind="area", rows=4, is_required=False),
        FormField(key="is_enabled", label=_("Mail is fetched"), kind="boolean", is_required=False),
    )


def _first(known: Mailbox | None) -> dict[str, str]:
    keys = ("address", "host", "port", "security", "user", "folder", "trust", "ca")
    found = {key: str(getattr(known, key)) for key in keys} if known else {}
    is_on = "true" if known is None or known.is_enabled else ""
    return {"port": "993", "folder": "INBOX", **found, "is_enabled": is_on}


def _read(form: Form) -> Mailbox:
    return Mailbox(
        address=form.text("address"),
        host=form.text("host"),
        port=form.number("port"),
        security=form.text("security"),
        user=form.text("user"),
        folder=form.text("folder"),
        trust=form.text("trust"),
        ca=form.text("ca"),
        is_enabled=form.is_on("is_enabled"),
    )


@action(_MANAGES)
def try_mailbox(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /mailbox/try: sign in, and say how much waits there"""
    try:
        count = mailboxes.try_mailbox(viewer, box=secret_box(), now=CLOCK.now())
    except (Invalid, SourceError) as error:
        text = _("The mailbox was not reached: %(why)s") % {"why": say_error(error)}
        return done(request, "mailbox", text, tone="critical")
    text = ngettext(
        "The mailbox was reached: %(count)s mail is unread.",
        "The mailbox was reached: %(count)s mails are unread.",
        count,
    ) % {"count": count}
    return done(request, "mailbox", text)


@page(*SEE)
def take_file(request: HttpRequest, viewer: Viewer, ticket: int, file: int) -> HttpResponseBase:
    """GET /tickets/N/files/M"""
    id = TicketId(ticket)
    # the ticket itself says who sees its files
    tickets.access_ticket(viewer, id, now=CLOCK.now())
    found = queries.read_file(viewer, id, file)
    return send_file(found.name, found.content_type, found.data)


urlpatterns = [
    path("mails", list_mails, name="mails"),
    path("mails/<int:mail>/decide", decide, name="mail_decide"),
    path("mailbox", set_up_mailbox, name="mailbox"),
    path("mailbox/try", try_mailbox, name="mailbox_try"),
    path("tickets/<int:ticket>/files/<int:file>", take_file, name="ticket_file"),
]
