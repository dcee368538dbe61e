"""The contract: a probe that says what is accepted, a read that yields nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.plugins.connectors.snmp_trap import Connector
from yunwei.plugins.sdk.contract import Read, SourceContext, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest
from yunwei.plugins.sdk.settings import check_settings

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
V3: Mapping[str, str] = {
    "user": "olga",
    "auth_protocol": "sha256",
    "auth_password": "authentic-words",
    "privacy_protocol": "aes",
    "privacy_password": "private-words",
}


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


@pytest.mark.parametrize(
    ("settings", "warnings", "versions"),
    [
        ({}, 1, "v1, v2c"),
        (V3, 0, "v3"),
        ({**V3, "communities": "north"}, 0, "v1, v2c, v3"),
        ({**V3, "auth_protocol": "", "privacy_protocol": ""}, 1, "v3"),
        ({**V3, "auth_protocol": "md5", "privacy_protocol": "des"}, 1, "v3"),
    ],
)
async def test_the_probe_says_which_versions_are_taken_and_warns_of_weak_ones(
    settings: Mapping[str, str], warnings: int, versions: str
) -> None:
    result = await connect(settings).probe()

    assert (result.facts["versions"], len(result.warnings)) == (versions, warnings)
    assert "words" not in repr(result)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"auth_password": "short"}, "auth_password"),
        ({"auth_password": ""}, "auth_password"),
        ({"privacy_password": ""}, "privacy_password"),
        ({"privacy_password": "short"}, "privacy_password"),
        ({"auth_protocol": ""}, "privacy_protocol"),
        ({"user": ""}, "user"),
        ({"user": "u" * 33}, "user"),
    ],
)
def test_a_user_whose_settings_do_not_go_together_is_refused_at_its_field(
    changes: Mapping[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        Connector.check_settings({**V3, **changes})

    assert refused.value.field == field


def test_users_that_go_together() -> None:
    unproven = {"user": "nina", "auth_protocol": "", "privacy_protocol": ""}
    for settings in (V3, unproven, {**V3, "privacy_protocol": "", "privacy_password": ""}, {}):
        Connector.check_settings(settings)


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
        "user": "",
        "auth_protocol": "sha256",
        "auth_password": "",
        "privacy_protocol": "aes",
        "privacy_password": "",
        "addresses": "",
        "time_zone": "Asia/Shanghai",
        "language": "zh",
    }
