"""Who may pass the doors of what comes in: part of the table in `personas`."""

from tests.faces.doors import MONITORS, Door, World, door
from tests.support.people import Standing
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect.actions import dead_letters
from yunwei.monitor.collect.facts import LetterKind, NewLetter
from yunwei.monitor.collect.payload_desk import NotTaken
from yunwei.monitor.collect.queries import dead_letters as letters
from yunwei.monitor.collect.receive_tally import RejectReason

SEERS = "root olga mia audrey"
"""Who sees sources of customer A. Chen sees sources too, but not A's."""
AWAY = 503
SOURCE = {"source_id": "source"}
LETTER = {"letter_id": "letter"}

PAGES: dict[str, Door] = {
    "self_check": door("root"),
    "heartbeat": door("root", 303, method="post", data={"url": "https://outside.example/ping"}),
    "source_reconcile": door("root", 303, method="post", at={"source": "source"}),
    "source_renew": door("", method="post", at={"source": "source"}),
    "dead_letters": door(f"{SEERS} chen"),
    "dead_letter": door(SEERS, at={"letter": "letter"}),
    "dead_letter_raw": door(SEERS, at={"letter": "letter"}),
    "dead_letter_act": door(
        "root",
        303,
        method="post",
        data=lambda world: {
            "act": "discard",
            "id": world["letter"],
            "reason": "noise",
            "is_confirmed": "yes",
        },
    ),
    "dead_letter_repair": door(
        "root", 303, method="post", at={"letter": "letter"}, data={"data": "{}"}
    ),
    "dead_letter_revert": door("root", 409, method="post", at={"letter": "letter"}),
}

REST: dict[str, Door] = {
    "GET /api/v1/self-check": door("root"),
    "PUT /api/v1/self-check/heartbeat": door("root", 204, data={"url": ""}),
    "GET /api/v1/sources/{source_id}/reconciliation": door(MONITORS, at=SOURCE),
    "POST /api/v1/sources/{source_id}/reconcile": door("root", 204, at=SOURCE),
    "POST /api/v1/sources/{source_id}/renew": door("", at=SOURCE),
    # the token in the address is all that counts, and nobody in this world has one
    "POST /api/v1/intake/{token}": door("", nobody=404, at={"token": "engine"}),
    "GET /api/v1/dead-letters": door(f"{SEERS} chen"),
    "GET /api/v1/dead-letters/{letter_id}": door(SEERS, at=LETTER),
    "PUT /api/v1/dead-letters/{letter_id}/content": door("root", at=LETTER, data={"text": "{}"}),
    "DELETE /api/v1/dead-letters/{letter_id}/content": door("root", 409, at=LETTER),
    "POST /api/v1/dead-letters/replay": door(
        "root", AWAY, data=lambda world: {"ids": [world["letter"]]}
    ),
    "POST /api/v1/dead-letters/discard": door(
        "root", data=lambda world: {"ids": [world["letter"]], "reason": "noise"}
    ),
    "POST /api/v1/dead-letters/restore": door(
        "root", data=lambda world: {"ids": [world["letter"]]}
    ),
}


class StrangersDesk:
    """Knows no token."""

    async def take(self, token: str, body: bytes, *, address: str, header: object) -> None:
        raise NotTaken(RejectReason.UNKNOWN_TOKEN)


def build(world: World, standing: Standing) -> None:
    """Bury a letter of customer A's source."""
    tenant = TenantId(int(world["a"]))
    letter = NewLetter(
        intake_id="persona:p0.b0",
        tenant=tenant,
        source=SourceId(int(world["source"])),
        received_at=SystemClock().now(),
        address="192.0.2.7",
        kind=LetterKind.PAYLOAD,
        error="managed_object: there is no value for host",
        data=b'{"name": "nobody"}',
    )
    with transaction() as conn:
        dead_letters.keep_letters(conn, [letter], fallback=tenant)
    world["letter"] = letters.fetch_dead_letters(standing["root"]).items[0].id
