"""A decoded trap and its definition to a raw alarm. Pure: no network, no clock, no files.

Nothing is ever lost here: a trap without a definition, or one that lacks what its definition
needs, becomes a visible `unmapped.` alarm; a time that can not be read becomes ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import Bug
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.plugins.connectors.snmp_trap.definitions import Definitions, TrapDefinition
from yunwei.plugins.connectors.snmp_trap.vendor_time import parse_vendor_time
from yunwei.plugins.sdk.contract import Trap, VarBind
from yunwei.plugins.sdk.report_templates import (
    clean_code,
    clean_name,
    clean_path_part,
    clean_text,
    render_first,
)
from yunwei.plugins.sdk.traps import Act

# RFC 3584: a proxy may pass a community on as a variable; no community is ever kept
_SNMP_TRAP_COMMUNITY = "1.3.6.1.6.3.18.1.4"
# a device whose clock runs ahead by more says something else than when it happened
_TOLERATED_AHEAD = timedelta(minutes=10)
_LONGEST_SERIAL = 18

type Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one source's traps are read. zone: of the times that name none."""

    tenant: TenantId
    source: SourceId
    language: Language
    zone: tzinfo
    definitions: Definitions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variables:
    """The variables of one trap. raw: for people. values: for templates. varbinds: by name."""

    raw: dict[str, str]
    values: dict[str, str]
    varbinds: dict[str, VarBind]


def map_trap(
    trap: Trap, reading: Reading, *, native_id: str, received_at: datetime
) -> tuple[RawAlarm, ...]:
    """Return the alarm that `trap` reports; nothing for heartbeats, acknowledgements and the like.

    native_id becomes the alarm's.
    """
    variables = _read_variables(trap, reading.definitions)
    definition = reading.definitions.traps.get(trap.oid)
    if definition is None:
        return (_unmapped(trap, variables, reading, native_id, received_at),)
    act = _decide(definition, variables.values)
    if act == "ignore":
        return ()
    alarm_type = render_first(definition.alarm_type, variables.values, clean_code)
    qualifier = render_first(definition.qualifier, variables.values, clean_name)
    if alarm_type is None or qualifier is None:
        variables.raw["note"] = _NOTES["incomplete"][reading.language]
        return (_unmapped(trap, variables, reading, native_id, received_at),)
    managed_object = render_first(definition.managed_object, variables.values, clean_path_part)
    alarm = RawAlarm(
        tenant=reading.tenant,
        source=reading.source,
        native_id=native_id,
        act=AlarmAct(act),
        managed_object=managed_object or _device(trap),
        alarm_type=alarm_type,
        qualifier=qualifier,
        severity=_severity(definition, variables.values),
        text=_text(definition, variables.values, reading.language),
        event_at=_event_at(definition, act, variables, reading, received_at),
        received_at=received_at,
        raw=variables.raw,
        serial=_serial(definition, variables.values),
    )
    return (alarm,)


_NOTES = {
    "incomplete": {
        "zh": "已知的 Trap，但缺少识别告警所需的变量",
        "en": "a known trap that lacks a variable which identifies the alarm",
    },
    "time": {
        "zh": "设备时间无法识别，采用接收时间：{}",
        "en": "the device's time can not be read, ours is used: {}",
    },
    "ahead": {
        "zh": "设备时间超前，采用接收时间：{}",
        "en": "the device's time lies ahead, ours is used: {}",
    },
    "unmapped": {"zh": "未映射的 Trap {}", "en": "Unmapped trap {}"},
}


def rebuild_trap(raw: Mapping[str, str], definitions: Definitions) -> Trap:
    """Return the trap of which a raw alarm of ours keeps the variables; octets are lost."""
    oids = {name: oid for oid, name in definitions.variables.items()}
    shown = {key: value for key, value in raw.items() if key not in (*_HEAD, "note")}
    return Trap(
        version=raw.get("version", ""),
        community="",
        oid=raw.get("trap_oid", ""),
        address=raw.get("address", ""),
        uptime_ticks=None,
        varbinds=tuple(
            VarBind(oid=_join_oid(key, oids), kind="octets", value=value)
            for key, value in shown.items()
        ),
    )


def _join_oid(shown: str, oids: Mapping[str, str]) -> str:
    """The opposite of `_split_oid`, for what `_read_variables` shows: `ifIndex.7 (2)`."""
    name, dot, instance = shown.partition(" (")[0].partition(".")
    return f"{oids[name]}{dot}{instance}" if name in oids else f"{name}{dot}{instance}"


def _read_variables(trap: Trap, definitions: Definitions) -> _Variables:
    raw = {"trap_oid": trap.oid, "version": trap.version, "address": trap.address}
    values = {"trap_oid": trap.oid, "address": trap.address}
    varbinds: dict[str, VarBind] = {}
    for name in ("enterprise", "user", "engine_id"):
        said = getattr(trap, name)
        if said:
            raw[name] = said
    for position, varbind in enumerate(trap.varbinds):
        if varbind.oid.startswith(_SNMP_TRAP_COMMUNITY):
            continue
        name, instance = _split_oid(varbind.oid, definitions.variables)
        shown = name if instance in ("", "0") else f"{name}.{instance}"
        raw[f"{shown} ({position})" if shown in raw else shown] = varbind.value
        if name not in varbinds:
            varbinds[name] = varbind
            values[name] = varbind.value
            values[f"{name}.instance"] = instance
    return _Variables(raw=raw, values=values, varbinds=varbinds)


def _split_oid(oid: str, names: Mapping[str, str]) -> tuple[str, str]:
    """Return the name and what follows it; the whole identifier and "" when none is known."""
    known = oid
    while known:
        name = names.get(known)
        if name is not None:
            return name, oid[len(known) + 1 :]
        known = known.rpartition(".")[0]
    return oid, ""


def _decide(definition: TrapDefinition, values: Mapping[str, str]) -> Act:
    for rule in definition.acts:
        if all(values.get(name, "").strip().casefold() in fits for name, fits in rule.when):
            return rule.do
    # definitions.py lets no list through whose last rule does not fit always
    raise Bug("no rule fits")


def _serial(definition: TrapDefinition, values: Mapping[str, str]) -> int | None:
    text = values.get(definition.serial, "").strip() if definition.serial else ""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_SERIAL else None


def _severity(definition: TrapDefinition, values: Mapping[str, str]) -> Severity:
    for name in definition.severity_variables:
        value = values.get(name, "").strip().casefold()
        if value in definition.severity_values:
            return definition.severity_values[value]
    return definition.severity_otherwise


def _text(definition: TrapDefinition, values: Mapping[str, str], language: Language) -> str:
    name = definition.name.zh if language == "zh" else definition.name.en
    return clean_text(render_first(definition.text[language], values, clean_text) or name)


def _event_at(
    definition: TrapDefinition,
    act: Act,
    variables: _Variables,
    reading: Reading,
    received_at: datetime,
) -> datetime:
    """Return the source's time; ours, with a note where it matters, when it has none.

    A clear without a time of its own is not earlier than the raise that it names, even when the
    device's clock runs ahead of ours.
    """
    if act != "clear":
        return _source_time(definition.raised_at, variables, reading, received_at) or received_at
    cleared_at = _source_time(definition.cleared_at, variables, reading, received_at)
    if cleared_at is not None:
        return cleared_at
    raised_at = _source_time(definition.raised_at, variables, reading, received_at)
    return max(received_at, raised_at or received_at)


def _source_time(
    names: tuple[str, ...], variables: _Variables, reading: Reading, received_at: datetime
) -> datetime | None:
    for name in names:
        varbind = variables.varbinds.get(name)
        if varbind is None or not varbind.value:
            continue
        at = parse_vendor_time(varbind.value, varbind.octets, zone=reading.zone)
        if at is not None and at <= received_at + _TOLERATED_AHEAD:
            return at
        note = _NOTES["time" if at is None else "ahead"][reading.language]
        variables.raw["note"] = note.format(name)
    return None


def _unmapped(
    trap: Trap, variables: _Variables, reading: Reading, native_id: str, received_at: datetime
) -> RawAlarm:
    head = _NOTES["unmapped"][reading.language].format(trap.oid)
    shown = {name: value for name, value in variables.raw.items() if name not in _HEAD}
    listed = "; ".join(f"{name}={value}" for name, value in shown.items())
    return RawAlarm(
        tenant=reading.tenant,
        source=reading.source,
        native_id=native_id,
        act=AlarmAct.RAISE,
        managed_object=_device(trap),
        alarm_type=f"unmapped.{trap.oid}",
        severity=Severity.INDETERMINATE,
        text=clean_text(f"{head}: {listed}" if listed else head),
        event_at=received_at,
        received_at=received_at,
        raw=variables.raw,
    )


_HEAD = ("trap_oid", "version", "address", "enterprise", "user", "engine_id")


def _device(trap: Trap) -> str:
    return f"/device/{clean_path_part(trap.address) or '-'}"
