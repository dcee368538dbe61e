"""The pages of where people are written to: one's own, and of those whom one manages."""

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused, SendError
from yunwei.base.core.wall_clock import parse_minute, say_minute
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people import queries
from yunwei.base.people.actions import contacts as actions
from yunwei.base.people.facts import AddressKind, Permission, Person, QuietHours, Viewer
from yunwei.faces.web.people_forms import ZONES
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, render
from yunwei.faces.web.shared.words import Text, options
from yunwei.monitor.notify.actions import codes

_MANAGE = Permission.MANAGE_PEOPLE
_ADDRESS_FIELDS = (
    FormField(key="kind", label=_("Kind"), kind="choice", options=options("address_kind", "email")),
    FormField(
        key="address",
        label=_("Number or account"),
        help=_("Numbers with their country: +86 138 0013 8000."),
    ),
)
_QUIET_FIELDS = (
    FormField(key="starts_minute", label=_("From"), kind="time", is_required=False),
    FormField(key="ends_minute", label=_("Until"), kind="time", is_required=False),
    FormField(key="time_zone", label=_("Time zone"), kind="choice", options=ZONES),
    FormField(
        key="lets_critical", label=_("Critical alarms get through"), kind="boolean", default="true"
    ),
)


@form_page()
def show_contacts(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /profile/contacts: one's own addresses; POST adds one"""
    return _serve(request, viewer, queries.access_person(viewer, viewer.user_id or 0))


@form_page(_MANAGE)
def show_their_contacts(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponseBase:
    """GET, POST /people/N/contacts: somebody's addresses; POST adds one and vouches for it"""
    return _serve(request, viewer, queries.access_person(viewer, user_id))


def _serve(request: HttpRequest, viewer: Viewer, person: Person) -> HttpResponseBase:
    form = open_form(request, _ADDRESS_FIELDS)
    made = form.attempt(
        lambda sent: actions.add_contact(
            viewer,
            person.id,
            chosen_word(sent, "kind", AddressKind),
            sent.text("address"),
            now=CLOCK.now(),
        )
    )
    if made is not None:
        is_own = person.id == viewer.user_id
        text = _("Added. Have a code sent to confirm it.") if is_own else _("Added.")
        return done(request, _page_of(viewer, person.id), text)
    return _show(request, viewer, person, form=form)


def _page_of(viewer: Viewer, user: int) -> str:
    if user == viewer.user_id:
        return reverse("contacts")
    return reverse("their_contacts", args=[user])


def _show(
    request: HttpRequest,
    viewer: Viewer,
    person: Person,
    *,
    form: Form | None = None,
    quiet_form: Form | None = None,
) -> HttpResponseBase:
    quiet = queries.fetch_quiet_hours(viewer, person.id)
    address_form = form or Form(fields=_ADDRESS_FIELDS, values={}, is_sent=False)
    is_wrong = address_form.is_sent or quiet_form is not None
    return render(
        request,
        "console/people/contacts.html",
        status=422 if is_wrong else 200,
        person=person,
        is_own=person.id == viewer.user_id,
        contacts=queries.fetch_contacts(viewer, person.id),
        form=address_form,
        quiet=quiet,
        quiet_form=quiet_form or _describe(quiet, person),
        page_url=_page_of(viewer, person.id),
    )


def _describe(quiet: QuietHours | None, person: Person) -> Form:
    values = {
        "starts_minute": say_minute(quiet.starts_minute) if quiet else "",
        "ends_minute": say_minute(quiet.ends_minute) if quiet else "",
        "time_zone": quiet.time_zone if quiet else person.time_zone,
        "lets_critical": "false" if quiet and not quiet.lets_critical else "true",
    }
    listed: dict[str, tuple[str, ...]] = {key: (value,) for key, value in values.items()}
    return Form(fields=_QUIET_FIELDS, values=listed, is_sent=False)


@action()
def change_quiet_hours(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /profile/quiet-hours; empty times take them back"""
    return _change_quiet(request, viewer, viewer.user_id or 0)


@action(_MANAGE)
def change_their_quiet_hours(
    request: HttpRequest, viewer: Viewer, user_id: int
) -> HttpResponseBase:
    """POST /people/N/quiet-hours"""
    return _change_quiet(request, viewer, user_id)


def _change_quiet(request: HttpRequest, viewer: Viewer, user: int) -> HttpResponseBase:
    person = queries.access_person(viewer, user)
    form = open_form(request, _QUIET_FIELDS)

    def change(sent: Form) -> bool:
        actions.set_quiet_hours(viewer, person.id, _read_quiet(sent))
        return True

    if form.attempt(change):
        return done(request, _page_of(viewer, person.id), _("Saved."))
    return _show(request, viewer, person, quiet_form=form)


def _read_quiet(form: Form) -> QuietHours | None:
    if not form.text("starts_minute") and not form.text("ends_minute"):
        return None
    return QuietHours(
        starts_minute=parse_minute(form.text("starts_minute")[:5], field="starts_minute"),
        ends_minute=parse_minute(form.text("ends_minute")[:5], field="ends_minute"),
        time_zone=form.text("time_zone"),
        lets_critical=form.is_on("lets_critical"),
    )


@action()
def send_contact_code(request: HttpRequest, viewer: Viewer, contact: int) -> HttpResponseBase:
    """POST /profile/contacts/N/code: a code is sent to the address"""
    try:
        box = open_secret_box(load_settings())
        wanted = codes.prepare_code(viewer, contact, box=box, now=CLOCK.now())
        async_to_sync(codes.send_code)(wanted)
    except (Conflict, SendError) as error:
        text = _("The code was not sent: %(why)s") % {"why": say_error(error)}
        return done(request, "contacts", text, tone="critical")
    return done(request, "contacts", _("The code is on its way. It holds for ten minutes."))


@action()
def confirm_contact(request: HttpRequest, viewer: Viewer, contact: int) -> HttpResponseBase:
    """POST /profile/contacts/N/confirm with `code`"""
    try:
        actions.confirm_code(viewer, contact, request.POST.get("code", ""), now=CLOCK.now())
    except (Conflict, Invalid) as error:
        return done(request, "contacts", say_error(error), tone="critical")
    return done(request, "contacts", _("Confirmed. Messages can go there now."))


@action()
def remove_contact(request: HttpRequest, viewer: Viewer, contact: int) -> HttpResponseBase:
    """POST /profile/contacts/N/remove"""
    return _remove(request, viewer, viewer.user_id or 0, contact)


@action(_MANAGE)
def remove_their_contact(
    request: HttpRequest, viewer: Viewer, user_id: int, contact: int
) -> HttpResponseBase:
    """POST /people/N/contacts/M/remove"""
    return _remove(request, viewer, user_id, contact)


def _remove(request: HttpRequest, viewer: Viewer, user: int, contact: int) -> HttpResponseBase:
    actions.remove_contact(viewer, user, contact)
    gone: Text = _("The address is gone.")
    return done(request, _page_of(viewer, user), gone)


@action()
def prefer_contact(request: HttpRequest, viewer: Viewer, contact: int) -> HttpResponseBase:
    """POST /profile/contacts/N/up: it goes before the one above"""
    mine = [each.id for each in queries.fetch_contacts(viewer, viewer.user_id or 0)]
    if contact not in mine:
        raise Refused()
    if contact in mine[1:]:
        here = mine.index(contact)
        mine[here - 1], mine[here] = mine[here], mine[here - 1]
        actions.order_contacts(viewer, viewer.user_id or 0, mine)
    return done(request, "contacts")


@action(_MANAGE)
def vouch_for_contact(
    request: HttpRequest, viewer: Viewer, user_id: int, contact: int
) -> HttpResponseBase:
    """POST /people/N/contacts/M/vouch"""
    actions.vouch_for_contact(viewer, user_id, contact, now=CLOCK.now())
    return done(request, "their_contacts", _("Messages can go there now."), user_id=user_id)


_ONE = "profile/contacts/<int:contact>"
_THEIRS = "people/<int:user_id>/contacts"

urlpatterns = [
    path("profile/contacts", show_contacts, name="contacts"),
    path(f"{_ONE}/code", send_contact_code, name="contact_code"),
    path(f"{_ONE}/confirm", confirm_contact, name="contact_confirm"),
    path(f"{_ONE}/remove", remove_contact, name="contact_remove"),
    path(f"{_ONE}/up", prefer_contact, name="contact_up"),
    path("profile/quiet-hours", change_quiet_hours, name="quiet_hours"),
    path(_THEIRS, show_their_contacts, name="their_contacts"),
    path(f"{_THEIRS}/<int:contact>/remove", remove_their_contact, name="their_contact_remove"),
    path(f"{_THEIRS}/<int:contact>/vouch", vouch_for_contact, name="their_contact_vouch"),
    path("people/<int:user_id>/quiet-hours", change_their_quiet_hours, name="their_quiet_hours"),
]
