"""The contract of a source that others post to. Thin; what a body means is mapping.py.

Receiving is `monitor.collect.payload_desk`, which finds the source by the setting `token`.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.readings import ReadingPage
from yunwei.plugins.connectors.webhook_in.definition import read_mapping
from yunwei.plugins.connectors.webhook_in.mapping import Reading, map_payload
from yunwei.plugins.sdk.contract import (
    BadPart,
    Payload,
    ProbeResult,
    Read,
    SourceContext,
    Wanted,
)


class Connector:
    """Turns what is posted to this source into raw alarms; there is nothing to read."""

    def __init__(self, context: SourceContext) -> None:
        self._settings = context.settings
        self._reading = Reading(
            tenant=context.tenant, source=context.source, mapping=read_mapping(context.settings)
        )

    async def probe(self) -> ProbeResult:
        """Say what is taken. Nothing is sent: a sender can not be asked to post."""
        facts = {"mapping": self._settings.get("mapping", "")}
        if self._settings.get("signature_secret"):
            facts["signature"] = self._settings.get("signature_header", "")
        return ProbeResult(facts=facts)

    @staticmethod
    def check_settings(settings: Mapping[str, str]) -> None:
        """Raise Invalid naming the field when the mapping can not be read."""
        read_mapping(settings)

    async def read(self, what: Read, wanted: Wanted) -> AsyncIterator[ReadingPage]:
        """Yield nothing: this source speaks by itself."""
        pages: tuple[ReadingPage, ...] = ()
        for page in pages:
            yield page

    async def close(self) -> None:
        """Hold nothing, close nothing."""

    def parse_payload(
        self, payload: Payload, *, native_id: str, received_at: datetime
    ) -> tuple[RawAlarm | BadPart, ...]:
        """Return the alarms of a body, and what of it could not be read."""
        return map_payload(payload, self._reading, native_id=native_id, received_at=received_at)
