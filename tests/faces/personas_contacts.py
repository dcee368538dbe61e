"""The doors of where people are written to, and when not."""

from typing import Any

from tests.faces.doors import EVERYBODY, Door, World, door
from tests.support.people import Standing
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.actions import contacts
from yunwei.base.people.facts import AddressKind

_MINE = {"contact": "kais_contact"}
_THEIRS = {"user_id": "kai", "contact": "kais_contact"}
_QUIET = {"starts_minute": 1320, "ends_minute": 420, "time_zone": "Asia/Shanghai"}
_NEW = {"kind": "mobile", "address": "138 0013 8001"}

PAGES: dict[str, Door] = {
    "contacts": door(EVERYBODY),
    # no channel writes to mobiles: it is said on the page to which kai comes back
    "contact_code": door("kai", 303, method="post", at=_MINE),
    "contact_confirm": door("kai", 303, method="post", at=_MINE, data={"code": "123456"}),
    "contact_up": door("kai", 303, method="post", at=_MINE),
    "contact_remove": door("kai", 303, method="post", at=_MINE),
    "quiet_hours": door(
        EVERYBODY,
        303,
        method="post",
        data={"starts_minute": "22:00", "ends_minute": "07:00", "time_zone": "Asia/Shanghai"},
    ),
    "their_contacts": door("root", at={"user_id": "kai"}),
    "their_contact_vouch": door("root", 303, method="post", at=_THEIRS),
    "their_contact_remove": door("root", 303, method="post", at=_THEIRS),
    "their_quiet_hours": door(
        "root",
        303,
        method="post",
        at={"user_id": "kai"},
        data={"starts_minute": "22:00", "ends_minute": "07:00", "time_zone": "Asia/Shanghai"},
    ),
}

_MINE_BY_ID = {"contact_id": "kais_contact"}
_THEIRS_BY_ID = {"user_id": "kai", "contact_id": "kais_contact"}


def _order(world: World) -> dict[str, Any]:
    return {"order": [world["kais_contact"]]}


REST: dict[str, Door] = {
    "GET /api/v1/me/contacts": door(EVERYBODY),
    "POST /api/v1/me/contacts": door(EVERYBODY, 201, data=_NEW),
    # the others do not have it
    "POST /api/v1/me/contacts/order": door("kai", 204, refused=422, data=_order),
    "DELETE /api/v1/me/contacts/{contact_id}": door("kai", 204, at=_MINE_BY_ID),
    "POST /api/v1/me/contacts/{contact_id}/code": door("kai", 409, at=_MINE_BY_ID),
    "POST /api/v1/me/contacts/{contact_id}/confirm": door(
        "kai", 409, at=_MINE_BY_ID, data={"code": "123456"}
    ),
    "GET /api/v1/me/quiet-hours": door(EVERYBODY),
    "PUT /api/v1/me/quiet-hours": door(EVERYBODY, data=_QUIET),
    "DELETE /api/v1/me/quiet-hours": door(EVERYBODY, 204),
    "GET /api/v1/users/{user_id}/contacts": door("root kai", at={"user_id": "kai"}),
    "POST /api/v1/users/{user_id}/contacts": door(
        "root kai", 201, at={"user_id": "kai"}, data=_NEW
    ),
    "DELETE /api/v1/users/{user_id}/contacts/{contact_id}": door("root kai", 204, at=_THEIRS_BY_ID),
    "POST /api/v1/users/{user_id}/contacts/{contact_id}/vouch": door("root", 204, at=_THEIRS_BY_ID),
    "GET /api/v1/users/{user_id}/quiet-hours": door("root kai", at={"user_id": "kai"}),
    "PUT /api/v1/users/{user_id}/quiet-hours": door("root kai", at={"user_id": "kai"}, data=_QUIET),
}


def build(world: World, standing: Standing) -> None:
    """Let Kai have a number that nobody has confirmed."""
    kai = standing["kai"]
    world["kais_contact"] = contacts.add_contact(
        kai, kai.user_id or 0, AddressKind.MOBILE, "13800138000", now=SystemClock().now()
    )
