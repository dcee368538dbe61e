"""What every connector and channel promises, whichever are installed; none is named here."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from inspect import isasyncgen
from typing import Any

import pytest

from tests.connectors.support import says, serving
from yunwei.base.core.errors import SendError, SourceError
from yunwei.base.core.readings import ReadingPage
from yunwei.plugins.sdk.contract import (
    LISTENED,
    OutgoingMessage,
    ProbeResult,
    Read,
    Recipient,
    Wanted,
)
from yunwei.plugins.sdk.manifest import CHANNELS, CONNECTORS, Field, Manifest, load, manifests
from yunwei.plugins.sdk.settings import check_settings
from yunwei.plugins.sdk.testkit import StillClock, make_context

NOW = datetime(2026, 11, 23, 6, 50, tzinfo=UTC)
MARKER = "marker-of-a-secret-0123456789"
MESSAGE = OutgoingMessage(key="k-1", subject="s", body="b")

# Tried in this order until one fits the field's pattern.
WORDS = ("127.0.0.1", "word", "alarm@example.com", "17", "SMS_17")
ADDRESSES = {"mobile": "+8613800000000", "voice": "+8613800000000"}

CONNECTOR_SLUGS = sorted(each.slug for each in manifests(CONNECTORS).values())
CHANNEL_SLUGS = sorted(manifests(CHANNELS))


def fill(manifest: Manifest, url: str) -> dict[str, str]:
    """Return settings that the form would take, every address and port that of `url`."""
    return check_settings(manifest, {each.key: _value_of(each, url) for each in manifest.field})


def _value_of(field: Field, url: str) -> str:
    if field.kind == "secret":
        words = (MARKER, f"{url.replace('http', 'json')}/{MARKER}")
        return next(word for word in words if re.fullmatch(field.pattern or ".*", word))
    if field.kind == "url":
        return "" if field.key == "proxy" else url
    if field.kind == "number":
        return url.rpartition(":")[2] if field.key == "port" else field.default or "1"
    if field.default or not field.is_required or field.kind not in ("text", "area"):
        return field.default
    return next(word for word in WORDS if re.fullmatch(field.pattern or ".*", word))


async def closed_port() -> str:
    async with serving(says(b"")) as url:
        return url


def make_connector(slug: str, url: str, *, timeout_s: float = 5.0) -> Any:
    settings = fill(manifests(CONNECTORS)[slug], url)
    return load(CONNECTORS, slug)(make_context(settings, StillClock(NOW), timeout_s=timeout_s))


def wanted() -> Wanted:
    return Wanted(watermark=None, history_from=NOW - timedelta(hours=2), desktops=("a-desktop",))


def polled_reads() -> list[tuple[str, Read]]:
    return [
        (slug, Read(read))
        for slug in CONNECTOR_SLUGS
        for read in manifests(CONNECTORS)[slug].reads
        if read not in LISTENED
    ]


async def hang(_head: bytes, _body: bytes, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("slug", CONNECTOR_SLUGS)
async def test_a_connector_that_reaches_nothing_raises_only_source_errors(slug: str) -> None:
    connector = make_connector(slug, await closed_port())
    outcome = await probe(connector)
    await connector.close()
    # Who receives instead of calling has nothing to reach.
    calls = manifests(CONNECTORS)[slug].is_polled
    assert isinstance(outcome, SourceError if calls else ProbeResult)
    assert MARKER not in str(outcome)


async def probe(connector: Any) -> ProbeResult | SourceError:
    try:
        result: ProbeResult = await connector.probe()
    except SourceError as error:
        return error
    return result


@pytest.mark.parametrize(("slug", "read"), polled_reads())
async def test_each_declared_read_raises_only_source_errors(slug: str, read: Read) -> None:
    connector = make_connector(slug, await closed_port())
    pages = connector.read(read, wanted())
    assert isasyncgen(pages)
    with pytest.raises(SourceError) as caught:
        await drain(pages)
    await connector.close()
    assert MARKER not in caught.value.message


async def drain(pages: AsyncIterator[ReadingPage]) -> None:
    async for _ in pages:
        pass


@pytest.mark.parametrize(("slug", "read"), polled_reads())
async def test_each_read_can_be_cancelled_while_it_waits(slug: str, read: Read) -> None:
    arrived = asyncio.Event()

    async def keep_waiting(head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await hang(head, body, writer)

    async with serving(keep_waiting) as url:
        connector = make_connector(slug, url)
        task = asyncio.create_task(drain(connector.read(read, wanted())))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await connector.close()


@pytest.mark.parametrize(("slug", "read"), polled_reads())
async def test_each_read_gives_up_in_time(slug: str, read: Read) -> None:
    async with serving(hang) as url:
        connector = make_connector(slug, url, timeout_s=0.2)
        with pytest.raises(SourceError):
            await asyncio.wait_for(drain(connector.read(read, wanted())), timeout=30)
        await connector.close()


@pytest.mark.parametrize(
    ("read", "name"), [(Read.TRAPS, "parse_trap"), (Read.PAYLOADS, "parse_payload")]
)
@pytest.mark.parametrize("slug", CONNECTOR_SLUGS)
async def test_who_declares_what_comes_by_itself_parses_it(
    slug: str, read: Read, name: str
) -> None:
    declares = read in manifests(CONNECTORS)[slug].reads
    connector = make_connector(slug, await closed_port())
    parse: Callable[..., object] | None = getattr(connector, name, None)
    await connector.close()
    assert callable(parse) == declares


@pytest.mark.parametrize("slug", CONNECTOR_SLUGS + CHANNEL_SLUGS)
def test_every_plugin_is_documented_by_its_class(slug: str) -> None:
    kind = CONNECTORS if slug in manifests(CONNECTORS) else CHANNELS
    assert (load(kind, slug).__doc__ or "").strip()


def recipient_of(slug: str) -> Recipient:
    kind = manifests(CHANNELS)[slug].address_kind
    return Recipient(name="Anna", address=ADDRESSES.get(kind, "anna@example.com"))


@pytest.mark.parametrize("slug", CHANNEL_SLUGS)
async def test_a_channel_that_reaches_nothing_may_try_again(slug: str) -> None:
    settings = fill(manifests(CHANNELS)[slug], await closed_port())
    channel = load(CHANNELS, slug)(settings, timeout_s=2.0)
    with pytest.raises(SendError) as caught:
        await channel.send(MESSAGE, recipient_of(slug))
    await channel.close()
    assert not caught.value.permanent
    assert MARKER not in caught.value.message


@pytest.mark.parametrize("slug", CHANNEL_SLUGS)
async def test_a_channel_gives_up_in_time(slug: str) -> None:
    async with serving(hang) as url:
        settings = fill(manifests(CHANNELS)[slug], url)
        channel = load(CHANNELS, slug)(settings, timeout_s=0.2)
        with pytest.raises(SendError) as caught:
            await asyncio.wait_for(channel.send(MESSAGE, recipient_of(slug)), timeout=10)
        await channel.close()
    assert not caught.value.permanent


@pytest.mark.parametrize("slug", CHANNEL_SLUGS)
def test_a_channel_to_persons_says_what_their_address_is(slug: str) -> None:
    manifest = manifests(CHANNELS)[slug]
    assert ("person" in manifest.supports) == (manifest.address is not None)
