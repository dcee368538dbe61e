"""The contract: a form that is checked whole, a probe that tells no secret, nothing to read."""

from datetime import UTC, datetime

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.plugins.connectors.webhook_in import Connector
from yunwei.plugins.sdk.contract import Read, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest
from yunwei.plugins.sdk.settings import check_settings
from yunwei.plugins.sdk.testkit import StillClock, make_context

NOW = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)


async def test_the_probe_says_what_is_taken_and_no_secret() -> None:
    settings = check_settings(
        get_manifest(CONNECTORS, "webhook_in"), {"signature_secret": "hidden-words"}
    )
    connector = Connector(make_context(settings, StillClock(NOW)))

    result = await connector.probe()

    assert result.facts == {"mapping": "alertmanager", "signature": "X-Signature-256"}
    assert "hidden-words" not in repr(result)


async def test_there_is_nothing_to_read() -> None:
    connector = Connector(make_context({"mapping": "alertmanager"}, StillClock(NOW)))
    wanted = Wanted(watermark=None, history_from=NOW)

    assert [page async for page in connector.read(Read.PAYLOADS, wanted)] == []
    await connector.close()


@pytest.mark.parametrize("mapping", ["alertmanager", "own"])
def test_the_form_as_it_stands_is_a_valid_source(mapping: str) -> None:
    typed = check_settings(get_manifest(CONNECTORS, "webhook_in"), {"mapping": mapping})

    Connector.check_settings(typed)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"managed_object": "host"}, "managed_object"),
        ({"managed_object": ""}, "managed_object"),
        ({"managed_object": "/{host"}, "managed_object"),
        ({"alarm_type": " "}, "alarm_type"),
        ({"text": "{message!r}"}, "text"),
        ({"act_values": "on = raised"}, "act_values"),
        ({"act_values": "on"}, "act_values"),
        ({"severity_values": "1 = terrible"}, "severity_values"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"mapping": "../manifest"}, "mapping"),
    ],
)
def test_a_mapping_that_can_not_be_read_is_refused_at_its_field(
    changes: dict[str, str], field: str
) -> None:
    typed = check_settings(get_manifest(CONNECTORS, "webhook_in"), {"mapping": "own"})

    with pytest.raises(Invalid) as refused:
        Connector.check_settings(typed | changes)

    assert refused.value.field == field
