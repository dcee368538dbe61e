"""Live pages: each hears of its own tenants, a storm is told once, and nothing is kept open."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, cast

import pytest
from django.http import HttpRequest, QueryDict, StreamingHttpResponse

from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import SYSTEM
from yunwei.faces.web.shared import live

VIEWER = replace(SYSTEM, is_system=False, tenants=(TenantId(1), TenantId(2)))


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch) -> live.Hub:
    made = live.Hub()
    monkeypatch.setattr(live, "hub", made)
    monkeypatch.setattr(live, "CALM_S", 0.0)
    return made


async def open_page(viewer: Any = VIEWER, *, since: str = "") -> Any:
    request = HttpRequest()
    request.GET = QueryDict(f"since={since}")
    request.viewer = viewer  # type: ignore[attr-defined]
    return await live.stream(request)


def events(response: StreamingHttpResponse) -> AsyncIterator[bytes]:
    return cast("AsyncIterator[bytes]", aiter(response))


async def next_event(told: AsyncIterator[bytes]) -> str:
    return (await asyncio.wait_for(anext(told), 5)).decode()


def parts_of(text: str) -> list[str]:
    return [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]


async def close(told: AsyncIterator[bytes]) -> None:
    """The browser goes away; the event loop then ends what fed it."""
    await told.aclose()  # type: ignore[attr-defined]
    for _turn in range(10):
        await asyncio.sleep(0)


async def test_nobody_hears_nothing() -> None:
    assert (await open_page(None)).status_code == 401


async def test_a_page_hears_of_the_tenants_of_its_viewer(hub: live.Hub) -> None:
    told = events(await open_page())
    assert "event: hello" in await next_event(told)
    hub.publish(3, "desktops")
    hub.publish(2, "alarms")
    assert parts_of(await next_event(told)) == ["alarms"]
    await close(told)
    assert hub.open_pages == 0


async def test_a_storm_is_told_once(hub: live.Hub) -> None:
    told = events(await open_page())
    await next_event(told)
    for _number in range(5000):
        hub.publish(1, "alarms")
        hub.publish(1, "messages")
    assert parts_of(await next_event(told)) == ["alarms", "messages"]
    await close(told)


async def test_any_thread_may_tell(hub: live.Hub) -> None:
    told = events(await open_page())
    await next_event(told)
    await asyncio.to_thread(hub.publish, 1, "sources")
    assert parts_of(await next_event(told)) == ["sources"]
    await close(told)


async def test_silence_is_filled_with_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.01)
    told = events(await open_page())
    await next_event(told)
    assert await next_event(told) == ": still here\n\n"
    await close(told)


async def test_a_page_asks_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LIFE_S", 0.0)
    told = [each async for each in events(await open_page())]
    assert len(told) == 1


async def test_all_streams_end_when_the_server_stops(hub: live.Hub) -> None:
    told = events(await open_page())
    await next_event(told)
    hub.close()
    assert [each async for each in told] == [b": still here\n\n"]
    assert hub.open_pages == 0


async def test_the_bus_is_passed_on(hub: live.Hub) -> None:
    class Bus:
        async def listen(self, subject: str, heard: Any) -> str:
            assert subject == "yunwei.live.>"
            await heard("yunwei.live.alarms.2", b"")
            await heard("yunwei.live.alarms.not-a-number", b"")
            return "stop"

    with hub.listen(frozenset({2})) as listener:
        assert await live.follow_bus(cast("Any", Bus())) == "stop"
        assert await listener.wait(5) == {"alarms"}


async def test_what_changed_while_the_page_was_made_is_told_at_once(hub: live.Hub) -> None:
    hub.publish(1, "too_early")
    mark = hub.mark()
    hub.publish(1, "alarms")
    hub.publish(3, "not_ours")
    told = events(await open_page(since=mark))
    await next_event(told)
    assert parts_of(await next_event(told)) == ["alarms"]
    await close(told)


@pytest.mark.parametrize("mark", ["00000000-1", "nonsense", "-"])
async def test_a_page_of_another_process_looks_at_everything(hub: live.Hub, mark: str) -> None:
    told = events(await open_page(since=mark))
    await next_event(told)
    assert parts_of(await next_event(told)) == [live.EVERYTHING]
    await close(told)


async def test_what_is_no_longer_remembered_is_everything(hub: live.Hub) -> None:
    mark = hub.mark()
    for _number in range(5000):
        hub.publish(1, "alarms")
    assert hub.missed(mark, frozenset({1})) == {live.EVERYTHING}
    assert hub.missed(hub.mark(), frozenset({1})) == frozenset()
