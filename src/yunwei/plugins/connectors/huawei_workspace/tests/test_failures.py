"""Each SourceError provoked, nothing secret in any of them, and what the probe makes of them."""

import httpx
import pytest

from yunwei.base.core.errors import (
    SourceBabbled,
    SourceError,
    SourceRefused,
    SourceThrottled,
    SourceUnreachable,
)
from yunwei.plugins.connectors.huawei_workspace import Connector
from yunwei.plugins.connectors.huawei_workspace.tests.support import (
    BY_PATH,
    NOW,
    SETTINGS,
    Service,
    connect,
    error,
)
from yunwei.plugins.sdk.contract import Read, Wanted
from yunwei.plugins.sdk.testkit import StillClock, make_context, take_pages

READS = [Read.INVENTORY, Read.SESSIONS, Read.METRICS, Read.ACTIVITY, Read.ALARMS]

# An answer that repeats what was sent, as a gateway's debug page does.
ECHO = f"bad signature for {SETTINGS['ak']} with {SETTINGS['sk']}"

FAILURES: list[tuple[httpx.Response | Exception, type[SourceError]]] = [
    (error(401, "APIGW.0301", ECHO), SourceRefused),
    (error(429, "APIGW.0308", "too many requests", **{"Retry-After": "7"}), SourceThrottled),
    (error(400, "WKS.00010003", "bad parameter"), SourceBabbled),
    (error(500, "WKS.9999", "internal error"), SourceBabbled),
    (httpx.Response(200, text=f"<html>{ECHO}</html>"), SourceBabbled),
    (httpx.Response(200, text='{"desktops": [{"desktop_id": '), SourceBabbled),
    (httpx.Response(200, json=[1, 2]), SourceBabbled),
    (httpx.Response(302, headers={"Location": "https://login.test/"}), SourceBabbled),
    (httpx.ConnectError("connection refused"), SourceUnreachable),
    (httpx.ReadTimeout("slow"), SourceUnreachable),
]


def everything_fails_with(failure: httpx.Response | Exception) -> Connector:
    def reply(_request: httpx.Request) -> httpx.Response:
        if isinstance(failure, Exception):
            raise failure
        content, headers = failure.content, failure.headers
        return httpx.Response(failure.status_code, content=content, headers=headers)

    context = make_context(SETTINGS, StillClock(NOW))
    return Connector(context, transport=httpx.MockTransport(reply))


@pytest.mark.parametrize("what", READS)
@pytest.mark.parametrize(("failure", "wanted"), FAILURES)
async def test_each_read_raises_the_error_that_it_met(
    what: Read, failure: httpx.Response | Exception, wanted: type[SourceError]
) -> None:
    connector = everything_fails_with(failure)
    want = Wanted(watermark=None, history_from=NOW.replace(hour=1), desktops=("D-1",))
    with pytest.raises(wanted) as caught:
        await take_pages(connector.read(what, want))
    await connector.close()
    shown = f"{caught.value} {getattr(caught.value, 'excerpt', '')}"
    assert SETTINGS["sk"] not in shown
    assert SETTINGS["ak"] not in shown


@pytest.mark.parametrize(("failure", "wanted"), FAILURES)
async def test_the_probe_fails_as_the_desktops_do(
    failure: httpx.Response | Exception, wanted: type[SourceError]
) -> None:
    connector = everything_fails_with(failure)
    with pytest.raises(wanted):
        await connector.probe()
    await connector.close()


async def test_throttling_says_for_how_long() -> None:
    connector = everything_fails_with(FAILURES[1][0])
    with pytest.raises(SourceThrottled) as caught:
        await connector.probe()
    await connector.close()
    assert caught.value.retry_after_s == 7.0


async def test_a_full_probe_counts_and_warns_of_nothing() -> None:
    service = Service()
    service.answer("/desktop-monitor/3f0c2a5e-0000-4000-8000-000000000001", {})
    connector = connect(service)
    result = await connector.probe()
    await connector.close()
    assert result.warnings == ()
    assert result.facts == {
        "desktops": "6",
        "workspace_status": "SUBSCRIBED",
        "users": "3",
        "pools": "2",
        "hosts": "3",
        "alarm_records": "5",
    }


@pytest.mark.parametrize(
    "path", sorted(set(BY_PATH) - {"/desktops/detail", "/desktop-monitor/D-1"})
)
async def test_the_probe_warns_of_each_endpoint_that_refuses(path: str) -> None:
    service = Service()
    service.answer("/desktop-monitor/3f0c2a5e-0000-4000-8000-000000000001", {})
    service.answer(path, error(403, "PEP.0001", "no permission"))
    connector = connect(service)
    result = await connector.probe()
    await connector.close()
    named = [each for each in result.warnings if f"GET {path}:" in each]
    assert len(result.warnings) == len(named) == int(path != "/statistics/metrics/access-stages")


async def test_no_endpoint_is_said_at_once() -> None:
    settings = {**SETTINGS, "endpoint": ""}
    with pytest.raises(SourceUnreachable, match="neither an endpoint nor a region"):
        Connector(make_context(settings, StillClock(NOW)))


async def test_a_region_alone_names_the_public_endpoint() -> None:
    hosts = []

    def reply(request: httpx.Request) -> httpx.Response:
        hosts.append(str(request.url.copy_with(query=None)))
        return httpx.Response(401, json={})

    settings = {**SETTINGS, "endpoint": "", "region": "cn-north-4"}
    connector = Connector(
        make_context(settings, StillClock(NOW)), transport=httpx.MockTransport(reply)
    )
    with pytest.raises(SourceRefused):
        await connector.probe()
    await connector.close()
    wanted = "https://workspace.cn-north-4.myhuaweicloud.com/v2/0000project/desktops/detail"
    assert hosts == [wanted]


async def test_temporary_keys_send_their_token_and_never_show_it() -> None:
    seen = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(401, text=f"token {request.headers['X-Security-Token']} expired")

    settings = {**SETTINGS, "security_token": "token-0123456789"}
    connector = Connector(
        make_context(settings, StillClock(NOW)), transport=httpx.MockTransport(reply)
    )
    with pytest.raises(SourceRefused) as caught:
        await connector.probe()
    await connector.close()
    assert "x-security-token" in seen[0]["Authorization"]
    assert "token-0123456789" not in str(caught.value)
