"""50,000 alarms in a minute, and kill -9 after every stage while they come."""

from collections.abc import Iterator

import pytest

from tests.integration.govern.test_mortal import Storm, check_storm
from tests.support.alarms import Installation
from tests.support.sinks import WebhookSink, webhook_sink
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.engines.nats import EmbeddedNats

pytestmark = pytest.mark.bench


@pytest.fixture
def sink() -> Iterator[WebhookSink]:
    with webhook_sink() as opened:
        yield opened


async def test_50_000_alarms_in_a_minute_and_every_stage_is_killed(
    database_pool: str,
    nats: EmbeddedNats,
    bus: Bus,
    installation: Installation,
    sink: WebhookSink,
) -> None:
    storm = Storm(database_pool, nats, installation, 50_000)
    await check_storm(storm, bus, installation, sink, over_s=60)
