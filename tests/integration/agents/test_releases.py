"""A release is offered to agents that run an older one, to as many as said, in pieces; who may not
offers none."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.people import make_people
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.infra.agent_keys import SigningKey
from yunwei.base.infra.clock import FakeClock
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


def test_agents_that_run_an_older_one_are_told_as_many_as_said(clock: FakeClock) -> None:
    root = make_people()["root"]
    releases.offer_release(root, "1.1", DATA, share=10, now=NOW)
    shelf = ReleaseShelf(KEYS, clock)
    asked = [(1, "1.0"), (2, "1.1"), (3, "2.0"), (4, ""), (9, "1.0"), (10, "1.0"), (109, "1.0")]
    told = asyncio.run(_tell(shelf, asked))
    assert sorted(told) == [1, 9, 109]
    release = believe_release(told[1], {key_id(KEY.public): KEY.public})
    assert (release.version, release.size_bytes) == ("1.1", len(DATA))


async def _tell(shelf: ReleaseShelf, asked: list[tuple[int, str]]) -> dict[int, bytes]:
    return dict(await shelf.tell(asked))


def test_it_comes_in_pieces_and_a_newer_offer_takes_its_place(clock: FakeClock) -> None:
    root = make_people()["root"]
    releases.offer_release(root, "1.1", DATA, now=NOW)
    shelf = ReleaseShelf(KEYS, clock)

    async def fetch(message: bytes) -> bytes:
        release = believe_release(message, {key_id(KEY.public): KEY.public})
        pieces = [
            unpack(await shelf.piece(release.digest, offset))["piece"]
            for offset in (0, PIECE_BYTES)
        ]
        return b"".join(pieces)

    message = asyncio.run(_tell(shelf, [(1, "1.0")]))[1]
    assert asyncio.run(fetch(message)) == DATA
    strange = asyncio.run(shelf.piece(bytes(32), 0))
    assert unpack(strange) == {"error": "no_such_release"}
    releases.offer_release(root, "1.2", b"newer", now=NOW)
    clock.advance(timedelta(seconds=16))
    message = asyncio.run(_tell(shelf, [(1, "1.1")]))[1]
    assert believe_release(message, {key_id(KEY.public): KEY.public}).version == "1.2"
    assert releases.withdraw_release(root, now=NOW)
    assert not releases.withdraw_release(root, now=NOW)
    clock.advance(timedelta(seconds=16))
    assert asyncio.run(_tell(shelf, [(1, "1.0")])) == {}


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
