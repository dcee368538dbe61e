"""A release is offered to agents that run an older one, to as many as said, in pieces; who may not
offers none."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.people import make_people
from yunwei.base.core.acts import Act, Operation, Permit, PermitReason
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.agent_keys import SigningKey
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.gate import use_gate
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.agents.actions import releases
from yunwei.operate.agents.jobs.releases import ReleaseShelf
from yunwei_wire.commands import key_id
from yunwei_wire.messages import unpack
from yunwei_wire.nkeys import Kind
from yunwei_wire.releases import PIECE_BYTES, believe_release

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEY = SigningKey(bytes(32), Kind.ACCOUNT)
KEYS: Any = SimpleNamespace(commands=(KEY,))
DATA = b"x" * (PIECE_BYTES + 5)


@pytest.fixture
def clock(database_pool: str) -> FakeClock:
    return FakeClock(NOW)


def add_agents(tenant: TenantId, *numbers: int) -> None:
    """Let there be agents with these numbers, on no desktop."""
    with transaction() as conn, cursor(conn) as opened:
        for number in numbers:
            opened.execute(
                "INSERT INTO agents_agent (id, tenant_id, name, public_key, machine, enrolled_at)"
                " VALUES (%s, %s, %s, %s, 'm', %s)",
                (number, tenant, f"d-{number}", f"k{number}", NOW),
            )


def test_agents_that_run_an_older_one_are_told_as_many_as_said(clock: FakeClock) -> None:
    root = make_people()["root"]
    add_agents(root.tenant, 1, 2, 3, 4, 9, 10, 109)
    releases.offer_release(root, "1.1", DATA, share=10, now=NOW)
    shelf = ReleaseShelf(KEYS, clock)
    asked = [(1, "1.0"), (2, "1.1"), (3, "2.0"), (4, ""), (9, "1.0"), (10, "1.0"), (109, "1.0")]
    told = asyncio.run(_tell(shelf, asked))
    assert sorted(told) == [1, 9, 109]
    release = believe_release(told[1], {key_id(KEY.public): KEY.public})
    assert (release.version, release.size_bytes) == ("1.1", len(DATA))


async def _tell(shelf: ReleaseShelf, asked: list[tuple[int, str]]) -> dict[int, bytes]:
    return dict(await shelf.offer_to(asked))


def test_it_comes_in_pieces_and_a_newer_offer_takes_its_place(clock: FakeClock) -> None:
    root = make_people()["root"]
    add_agents(root.tenant, 1)
    releases.offer_release(root, "1.1", DATA, now=NOW)
    shelf = ReleaseShelf(KEYS, clock)

    async def fetch(message: bytes) -> bytes:
        release = believe_release(message, {key_id(KEY.public): KEY.public})
        pieces = [
            unpack(await shelf.piece(1, release.digest, offset))["piece"]
            for offset in (0, PIECE_BYTES)
        ]
        return b"".join(pieces)

    message = asyncio.run(_tell(shelf, [(1, "1.0")]))[1]
    assert asyncio.run(fetch(message)) == DATA
    strange = asyncio.run(shelf.piece(1, bytes(32), 0))
    assert unpack(strange) == {"error": "no_such_release"}
    releases.offer_release(root, "1.2", b"newer", now=NOW)
    clock.advance(timedelta(seconds=16))
    message = asyncio.run(_tell(shelf, [(1, "1.1")]))[1]
    assert believe_release(message, {key_id(KEY.public): KEY.public}).version == "1.2"
    assert releases.withdraw_release(root, now=NOW)
    assert not releases.withdraw_release(root, now=NOW)
    clock.advance(timedelta(seconds=16))
    assert asyncio.run(_tell(shelf, [(1, "1.0")])) == {}


def test_what_the_gate_says_is_believed_for_five_minutes_also_while_it_is_fetched(
    clock: FakeClock,
) -> None:
    root = make_people()["root"]
    add_agents(root.tenant, 1, 2)
    releases.offer_release(root, "1.1", DATA, now=NOW)
    shelf, frozen, asked = ReleaseShelf(KEYS, clock), {"d-2"}, []

    def decide(act: Act, by: str, now: datetime) -> Permit:
        asked.append((act.operation, by, [each.name for each in act.things]))
        outside = tuple(each.name for each in act.things if each.name in frozen)
        reason = PermitReason.OTHER_OBJECTS if outside else PermitReason.AUTHORISED
        return Permit(is_allowed=not outside, reason=reason, outside=outside)

    async def fetch(agent: int) -> dict[str, Any]:
        digest = hashlib.sha256(DATA).digest()
        return dict(unpack(await shelf.piece(agent, digest, 0)))

    use_gate(decide)
    try:
        both = [(1, "1.0"), (2, "1.0")]
        assert set(asyncio.run(_tell(shelf, both))) == {1}
        assert [each[2] for each in asked] == [["d-1", "d-2"], ["d-1"]]
        assert {each[:2] for each in asked} == {(Operation.CONFIGURE, root.name)}
        frozen.add("d-1")
        assert "piece" in asyncio.run(fetch(1))
        assert asyncio.run(fetch(2)) == {"error": "not_now"}
        assert len(asked) == 2
        clock.advance(timedelta(minutes=6))
        assert asyncio.run(fetch(1)) == {"error": "not_now"}
        frozen.clear()
        clock.advance(timedelta(minutes=6))
        assert set(asyncio.run(_tell(shelf, both))) == {1, 2}
    finally:
        use_gate(None)


@pytest.mark.parametrize(
    ("version", "data", "share"), [("1.x", b"x", 1), ("1.1", b"", 1), ("1.1", b"x", 0)]
)
def test_what_is_no_release_is_not_offered(
    clock: FakeClock, version: str, data: bytes, share: int
) -> None:
    root = make_people()["root"]
    with pytest.raises(Invalid):
        releases.offer_release(root, version, data, share=share, now=NOW)


def test_only_who_manages_customers_offers_one(clock: FakeClock) -> None:
    people = make_people()
    for name in ("olga", "chen", "audrey"):
        with pytest.raises(Refused):
            releases.offer_release(people[name], "1.1", b"x", now=NOW)
