"""The contract of a source that is not read but sends. Thin; what a trap means is mapping.py.

Receiving is `monitor.collect.receive`, which finds the source by the settings `communities`,
`addresses` and those of the SNMP v3 user.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import ReadingPage
from yunwei.plugins.connectors.snmp_trap.definitions import (
    extend_definitions,
    parse_family,
    shipped_definitions,
)
from yunwei.plugins.connectors.snmp_trap.families import build_family
from yunwei.plugins.connectors.snmp_trap.mapping import Reading, map_trap, rebuild_trap
from yunwei.plugins.connectors.snmp_trap.mib import read_mibs
from yunwei.plugins.sdk.contract import ProbeResult, Read, SourceContext, Trap, Wanted
from yunwei.plugins.sdk.snmp.usm_keys import SHORTEST_PASSWORD
from yunwei.plugins.sdk.traps import FamilyFile, MibReport, family_to_json

_DEFAULT_COMMUNITY = "public"
_DEFAULT_ZONE = "Asia/Shanghai"
_LONGEST_USER_BYTES = 32
_WARNINGS = {
    "public": {
        "zh": "团体字 public 人人皆知，任何能到达接收端口的设备都可以冒充告警源",
        "en": "everybody knows the community public: whoever reaches the port can pose as this"
        " source",
    },
    "unproven": {
        "zh": "SNMP v3 用户不认证：任何人只要知道用户名就能冒充告警源",
        "en": "the SNMP v3 user proves nothing: whoever knows its name can pose as this source",
    },
    "weak": {
        "zh": "MD5 和 DES 已不安全，只用于没有其他选择的设备",
        "en": "MD5 and DES are broken: use them only for devices that know nothing else",
    },
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
            definitions=extend_definitions(shipped_definitions(), context.trap_families)[0],
        )

    async def probe(self) -> ProbeResult:
        """Say what is accepted. Nothing is sent: a sender can not be asked to send."""
        addresses = self._settings.get("addresses", "").replace(",", " ").split()
        written = self._settings.get("communities", "").replace(",", " ").split()
        user = self._settings.get("user", "")
        communities = set(written) or (set() if user else {_DEFAULT_COMMUNITY})
        facts = {
            "versions": ", ".join((*("v1", "v2c")[: 2 * bool(communities)], *["v3"] * bool(user))),
            "addresses": ", ".join(addresses) or "*",
            "communities": str(len(communities)),
            "known_traps": str(len(self._reading.definitions.traps)),
        }
        warned = _find_weak(self._settings, communities)
        return ProbeResult(
            facts=facts | ({"user": user} if user else {}),
            warnings=tuple(_WARNINGS[each][self._reading.language] for each in warned),
        )

    @staticmethod
    def read_mibs(files: Mapping[str, bytes], families: Iterable[str]) -> MibReport:
        """See `sdk.traps.TrapDefiner`. Variables keep the names that they have already."""
        known, _ = extend_definitions(shipped_definitions(), families)
        reading = read_mibs(files)
        return MibReport(
            families=tuple(build_family(each, known.variables) for each in reading.modules),
            modules=tuple(reading.read),
            faults=tuple(reading.faults),
        )

    @staticmethod
    def parse_family(text: str) -> FamilyFile:
        """See `sdk.traps.TrapDefiner`."""
        try:
            return parse_family(text)
        except ValueError as error:
            raise Invalid("family", str(error)) from error

    @staticmethod
    def preview(
        family: FamilyFile, raws: Iterable[Mapping[str, str]], *, now: datetime
    ) -> tuple[RawAlarm, ...]:
        """See `sdk.traps.TrapDefiner`."""
        definitions, faults = extend_definitions(shipped_definitions(), [family_to_json(family)])
        if faults:
            raise Invalid("family", faults[0])
        reading = Reading(
            tenant=TenantId(0),
            source=SourceId(0),
            language="zh",
            zone=ZoneInfo(_DEFAULT_ZONE),
            definitions=definitions,
        )
        return tuple(
            alarm
            for raw in raws
            for alarm in map_trap(
                rebuild_trap(raw, definitions), reading, native_id="preview", received_at=now
            )
        )

    @staticmethod
    def check_settings(settings: Mapping[str, str]) -> None:
        """Raise Invalid naming the field when the settings of the v3 user do not go together."""
        user = settings.get("user", "")
        auth, privacy = settings.get("auth_protocol"), settings.get("privacy_protocol")
        if not user:
            for key in ("auth_password", "privacy_password"):
                if settings.get(key):
                    raise Invalid("user", "this is required")
            return
        if len(user.encode()) > _LONGEST_USER_BYTES:
            raise Invalid("user", f"at most {_LONGEST_USER_BYTES} characters")
        if privacy and not auth:
            raise Invalid("privacy_protocol", "privacy needs authentication")
        if auth:
            _check_password(settings, "auth_password")
        if privacy:
            _check_password(settings, "privacy_password")

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


def _check_password(settings: Mapping[str, str], key: str) -> None:
    password = settings.get(key, "")
    if not password:
        raise Invalid(key, "this is required")
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(key, f"at least {SHORTEST_PASSWORD} characters")


def _find_weak(settings: Mapping[str, str], communities: set[str]) -> Iterator[str]:
    if _DEFAULT_COMMUNITY in communities:
        yield "public"
    if settings.get("user"):
        auth, privacy = settings.get("auth_protocol"), settings.get("privacy_protocol")
        if not auth:
            yield "unproven"
        if auth == "md5" or privacy == "des":
            yield "weak"
