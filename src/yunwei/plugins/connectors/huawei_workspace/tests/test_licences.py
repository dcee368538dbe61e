"""Licences read by themselves: all of them in one page, or nothing without the right."""

from datetime import timedelta

from yunwei.base.core.readings import LicenceSeen, ReadingPage, SeenKind
from yunwei.plugins.connectors.huawei_workspace.tests.support import NOW, Service, connect, error
from yunwei.plugins.sdk.contract import Read, Wanted
from yunwei.plugins.sdk.testkit import take_pages


async def read_licences(service: Service) -> list[ReadingPage]:
    connector = connect(service)
    want = Wanted(watermark=None, history_from=NOW - timedelta(days=2))
    try:
        return await take_pages(connector.read(Read.LICENCES, want))
    finally:
        await connector.close()


async def test_licences_are_one_whole_page() -> None:
    [page] = await read_licences(Service())
    assert page.completes == {SeenKind.LICENCE}
    assert sum(isinstance(each, LicenceSeen) for each in page.readings) == 6


async def test_licences_without_the_right_to_them_are_left_out() -> None:
    service = Service()
    service.answer("/quotas", error(403, "PEP.0001", "no permission"))
    assert await read_licences(service) == []
