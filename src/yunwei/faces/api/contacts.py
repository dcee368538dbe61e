"""REST of where people are written to and when not: one's own, and of those whom one manages."""

from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people import queries
from yunwei.base.people.actions import contacts
from yunwei.base.people.facts import AddressKind, ContactMethod, QuietHours, Viewer, Vouched
from yunwei.faces.api.lists import Body
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.notify.actions import codes

mine = Router()
theirs = Router()
_clock = SystemClock()


class ContactOut(Schema):
    id: int
    kind: AddressKind
    address: str
    position: int = Field(description="Of two of a kind the first is used.")
    vouched: Vouched | None = Field(description="Null: nobody has confirmed it; it is not used.")
    vouched_at: datetime | None


class ContactIn(Body):
    kind: AddressKind
    address: str = Field(description="Numbers in E.164: +8613800138000.")


class ContactOrderIn(Body):
    order: list[int] = Field(description="Every address, the preferred first.")


class CodeIn(Body):
    code: str


class QuietHoursBody(Body):
    starts_minute: int = Field(description="Minutes after midnight, on the person's wall clock.")
    ends_minute: int = Field(description="Before `starts_minute`: on the day after.")
    time_zone: str
    lets_critical: bool = Field(True, description="Critical alarms get through.")


class QuietHoursOut(Schema):
    quiet_hours: QuietHoursBody | None


def _me(viewer: Viewer) -> int:
    return viewer.user_id or 0


@mine.get("/contacts", response=list[ContactOut], summary="List one's own addresses")
def list_contacts(request: HttpRequest) -> Any:
    viewer = viewer_of_request(request)
    return queries.fetch_contacts(viewer, _me(viewer))


@mine.post("/contacts", response={201: ContactOut}, summary="Add an address of one's own")
def add_contact(request: HttpRequest, data: ContactIn) -> Any:
    viewer = viewer_of_request(request)
    return Status(201, _add(viewer, _me(viewer), data))


@mine.post("/contacts/order", response={204: None}, summary="Say which addresses one prefers")
def order_contacts(request: HttpRequest, data: ContactOrderIn) -> Any:
    viewer = viewer_of_request(request)
    contacts.order_contacts(viewer, _me(viewer), data.order)
    return Status(204, None)


@mine.delete("/contacts/{int:contact_id}", response={204: None}, summary="Remove an address")
def remove_contact(request: HttpRequest, contact_id: int) -> Any:
    viewer = viewer_of_request(request)
    contacts.remove_contact(viewer, _me(viewer), contact_id)
    return Status(204, None)


@mine.post(
    "/contacts/{int:contact_id}/code",
    response={204: None},
    summary="Have a code sent to an address",
)
def send_contact_code(request: HttpRequest, contact_id: int) -> Any:
    viewer, box = viewer_of_request(request), open_secret_box(load_settings())
    wanted = codes.prepare_code(viewer, contact_id, box=box, now=_clock.now())
    async_to_sync(codes.send_code)(wanted)
    return Status(204, None)


@mine.post(
    "/contacts/{int:contact_id}/confirm",
    response={204: None},
    summary="Confirm an address by the code that was sent to it",
)
def confirm_contact(request: HttpRequest, contact_id: int, data: CodeIn) -> Any:
    contacts.confirm_code(viewer_of_request(request), contact_id, data.code, now=_clock.now())
    return Status(204, None)


@mine.get("/quiet-hours", response=QuietHoursOut, summary="Get one's own quiet hours")
def get_quiet_hours(request: HttpRequest) -> Any:
    viewer = viewer_of_request(request)
    return _describe(queries.fetch_quiet_hours(viewer, _me(viewer)))


@mine.put("/quiet-hours", response=QuietHoursOut, summary="Set one's own quiet hours")
def set_quiet_hours(request: HttpRequest, data: QuietHoursBody) -> Any:
    viewer = viewer_of_request(request)
    return _set(viewer, _me(viewer), data)


@mine.delete("/quiet-hours", response={204: None}, summary="Have no quiet hours")
def drop_quiet_hours(request: HttpRequest) -> Any:
    viewer = viewer_of_request(request)
    contacts.set_quiet_hours(viewer, _me(viewer), None)
    return Status(204, None)


@theirs.get(
    "/{int:user_id}/contacts", response=list[ContactOut], summary="List a person's addresses"
)
def list_their_contacts(request: HttpRequest, user_id: int) -> Any:
    return queries.fetch_contacts(viewer_of_request(request), user_id)


@theirs.post(
    "/{int:user_id}/contacts",
    response={201: ContactOut},
    summary="Add an address of a person and vouch for it",
)
def add_their_contact(request: HttpRequest, user_id: int, data: ContactIn) -> Any:
    return Status(201, _add(viewer_of_request(request), user_id, data))


@theirs.delete(
    "/{int:user_id}/contacts/{int:contact_id}",
    response={204: None},
    summary="Remove a person's address",
)
def remove_their_contact(request: HttpRequest, user_id: int, contact_id: int) -> Any:
    contacts.remove_contact(viewer_of_request(request), user_id, contact_id)
    return Status(204, None)


@theirs.post(
    "/{int:user_id}/contacts/{int:contact_id}/vouch",
    response={204: None},
    summary="Vouch for an address of a person",
)
def vouch_for_contact(request: HttpRequest, user_id: int, contact_id: int) -> Any:
    viewer = viewer_of_request(request)
    contacts.vouch_for_contact(viewer, user_id, contact_id, now=_clock.now())
    return Status(204, None)


@theirs.get(
    "/{int:user_id}/quiet-hours", response=QuietHoursOut, summary="Get a person's quiet hours"
)
def get_their_quiet_hours(request: HttpRequest, user_id: int) -> Any:
    return _describe(queries.fetch_quiet_hours(viewer_of_request(request), user_id))


@theirs.put(
    "/{int:user_id}/quiet-hours", response=QuietHoursOut, summary="Set a person's quiet hours"
)
def set_their_quiet_hours(request: HttpRequest, user_id: int, data: QuietHoursBody) -> Any:
    return _set(viewer_of_request(request), user_id, data)


def _add(viewer: Viewer, user: int, data: ContactIn) -> ContactMethod:
    made = contacts.add_contact(viewer, user, data.kind, data.address, now=_clock.now())
    return next(each for each in queries.fetch_contacts(viewer, user) if each.id == made)


def _set(viewer: Viewer, user: int, data: QuietHoursBody) -> dict[str, QuietHours | None]:
    contacts.set_quiet_hours(viewer, user, QuietHours(**data.dict()))
    return _describe(queries.fetch_quiet_hours(viewer, user))


def _describe(quiet: QuietHours | None) -> dict[str, QuietHours | None]:
    return {"quiet_hours": quiet}
