"""The contract: a probe that says what is accepted, a read that yields nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.plugins.connectors.snmp_trap import Connector
from yunwei.plugins.sdk.contract import Read, SourceContext, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest
from yunwei.plugins.sdk.settings import check_settings

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


class StoppedClock:
    def now(self) -> datetime:
        return NOW


def connect(settings: Mapping[str, str]) -> Connector:
    return Connector(
        SourceContext(
            tenant=TenantId(1), source=SourceId(2), settings=settings, clock=StoppedClock()
        )
    )


async def test_the_probe_says_what_is_accepted_and_no_secret() -> None:
    connector = connect({"communities": "north, its-secret", "addresses": "10.0.0.0/8 192.0.2.1"})

    result = await connector.probe()

    assert result.facts["addresses"] == "10.0.0.0/8, 192.0.2.1"
    assert result.facts["communities"] == "2"
    assert result.warnings == ()
    assert "its-secret" not in repr(result)


async def test_the_probe_warns_of_public() -> None:
    assert (await connect({}).probe()).warnings
    assert (await connect({"communities": "public,x", "language": "en"}).probe()).warnings


async def test_there_is_nothing_to_read() -> None:
    connector = connect({})
    wanted = Wanted(watermark=None, history_from=NOW)

    assert [page async for page in connector.read(Read.TRAPS, wanted)] == []
    await connector.close()


def test_every_time_zone_of_the_form_exists() -> None:
    manifest = get_manifest(CONNECTORS, "snmp_trap")
    zones = next(field for field in manifest.field if field.key == "time_zone").choices

    assert len(zones) > 5
    for zone in zones:
        connect({"time_zone": zone.value})


def test_an_empty_form_is_a_valid_source() -> None:
    cleaned = check_settings(get_manifest(CONNECTORS, "snmp_trap"), {})

    assert cleaned == {
        "communities": "",
        "addresses": "",
        "time_zone": "Asia/Shanghai",
        "language": "zh",
    }
