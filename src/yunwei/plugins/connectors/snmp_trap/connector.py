"""The contract of a source that is not read but sends. Thin; what a trap means is mapping.py.

Receiving is `monitor.collect.receive`, which finds the source by the settings `communities`
and `addresses`.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.readings import ReadingPage
from yunwei.plugins.connectors.snmp_trap.definitions import shipped_definitions
from yunwei.plugins.connectors.snmp_trap.mapping import Reading, map_trap
from yunwei.plugins.sdk.contract import ProbeResult, Read, SourceContext, Trap, Wanted

_DEFAULT_COMMUNITY = "public"
_DEFAULT_ZONE = "Asia/Shanghai"
_GUESSABLE = {
    "zh": "团体字 public 人人皆知，任何能到达接收端口的设备都可以冒充告警源",
    "en": "everybody knows the community public: whoever reaches the port can pose as this source",
}


class Connector:
    """Turns this source's traps into raw alarms; there is nothing to read."""

    def __init__(self, context: SourceContext) -> None:
        self._settings = context.settings
        self._reading = Reading(
            tenant=context.tenant,
            source=context.source,
            language="en" if context.settings.get("language") == "en" else "zh",
            zone=ZoneInfo(context.settings.get("time_zone") or _DEFAULT_ZONE),
            definitions=shipped_definitions(),
        )

    async def probe(self) -> ProbeResult:
        """Say what is accepted. Nothing is sent: a sender can not be asked to send."""
        addresses = self._settings.get("addresses", "").replace(",", " ").split()
        written = self._settings.get("communities", "").replace(",", " ").split()
        communities = set(written) or {_DEFAULT_COMMUNITY}
        is_guessable = _DEFAULT_COMMUNITY in communities
        return ProbeResult(
            facts={
                "versions": "v1, v2c",
                "addresses": ", ".join(addresses) or "*",
                "communities": str(len(communities)),
                "known_traps": str(len(self._reading.definitions.traps)),
            },
            warnings=(_GUESSABLE[self._reading.language],) if is_guessable else (),
        )

    async def read(self, what: Read, wanted: Wanted) -> AsyncIterator[ReadingPage]:
        """Yield nothing: this source speaks by itself."""
        pages: tuple[ReadingPage, ...] = ()
        for page in pages:
            yield page

    async def close(self) -> None:
        """Hold nothing, close nothing."""

    def parse_trap(
        self, trap: Trap, *, native_id: str, received_at: datetime
    ) -> tuple[RawAlarm, ...]:
        """Return the alarm that `trap` reports, () for heartbeats and acknowledgements."""
        return map_trap(trap, self._reading, native_id=native_id, received_at=received_at)
