"""A posted body to raw alarms, by a mapping of fields. Pure: no network, no clock.

What is wrong with one alarm of a body stops none of the others: it comes back as a part that can
be posted again alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.plugins.connectors.webhook_in.definition import OTHERS, Act, FieldMapping
from yunwei.plugins.connectors.webhook_in.fields import Fields, Missing, find, replace_at
from yunwei.plugins.connectors.webhook_in.times import parse_time
from yunwei.plugins.sdk.contract import BadPart, Payload
from yunwei.plugins.sdk.report_templates import (
    Template,
    clean_code,
    clean_name,
    clean_path_part,
    clean_text,
    render_first,
)

_MOST_ALARMS = 10_000
# a sender whose clock runs ahead by more says something else than when it happened
_TOLERATED_AHEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Whose bodies are read, and how."""

    tenant: TenantId
    source: SourceId
    mapping: FieldMapping


def map_payload(
    payload: Payload, reading: Reading, *, native_id: str, received_at: datetime
) -> tuple[RawAlarm | BadPart, ...]:
    """Return the alarms of a body in its order, and what could not be read of it.

    native_id: of the body; that of each alarm begins with it unless the mapping says what tells
    reports apart. Raises Invalid when the body as a whole can not be read.
    """
    root = _decode(payload.body)
    items = _find_items(root, reading.mapping)
    return tuple(_map_items(root, items, reading, native_id, received_at))


def _decode(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("", f"not JSON: {error}") from error
    except RecursionError as error:
        raise Invalid("", "JSON that is nested too deeply") from error


def _find_items(root: Any, mapping: FieldMapping) -> list[Any]:
    found = find(root, mapping.items)
    if found is Missing:
        raise Invalid("items", f"there is nothing at {mapping.items!r}")
    items = found if isinstance(found, list) else [found]
    if len(items) > _MOST_ALARMS:
        raise Invalid("items", f"more than {_MOST_ALARMS} alarms at once")
    return items


def _map_items(
    root: Any, items: list[Any], reading: Reading, native_id: str, received_at: datetime
) -> Iterator[RawAlarm | BadPart]:
    for position, item in enumerate(items):
        one = _OneAlarm(Fields(item, root), reading, f"{native_id}.{position}", received_at)
        try:
            alarm = one.read()
        except Invalid as error:
            where = f"{error.field}: " if error.field else ""
            alone = replace_at(root, reading.mapping.items, [item])
            yield BadPart(data=msgspec.json.encode(alone), why=f"{where}{error.why}")
            continue
        if alarm is not None:
            yield alarm


class _OneAlarm:
    """One alarm of a body on its way to a raw alarm."""

    def __init__(
        self, fields: Fields, reading: Reading, native_id: str, received_at: datetime
    ) -> None:
        self._fields = fields
        self._reading = reading
        self._mapping = reading.mapping
        self._native_id = native_id
        self._received_at = received_at
        self._raw = fields.shown()

    def read(self) -> RawAlarm | None:
        """Return the alarm, None when the mapping says to ignore it. Raises Invalid."""
        mapping = self._mapping
        act = self._act()
        if act == "ignore":
            return None
        event_at = self._event_at(act)
        return RawAlarm(
            tenant=self._reading.tenant,
            source=self._reading.source,
            native_id=render_first(mapping.identity, self._fields, clean_name) or self._native_id,
            act=AlarmAct(act),
            managed_object=self._needed(mapping.managed_object, "managed_object"),
            alarm_type=self._needed(mapping.alarm_type, "alarm_type"),
            qualifier=render_first(mapping.qualifier, self._fields, clean_name) or "",
            severity=self._severity(),
            text=self._text(),
            event_at=event_at,
            received_at=self._received_at,
            raw=self._raw,
        )

    def _act(self) -> Act:
        mapping = self._mapping
        if not mapping.act:
            return "raise"
        value = self._fields.get(mapping.act, "")
        known = mapping.act_values
        act = known.get(value.strip().casefold()) or known.get(OTHERS)
        if act is None:
            raise Invalid("act_values", f"{mapping.act} is {value[:100]!r}, which is not listed")
        return act

    def _severity(self) -> Severity:
        mapping = self._mapping
        value = self._fields.get(mapping.severity, "") if mapping.severity else ""
        known = mapping.severity_values
        found = known.get(value.strip().casefold()) or known.get(OTHERS)
        return found or Severity.INDETERMINATE

    def _needed(self, templates: tuple[Template, ...], key: str) -> str:
        clean = clean_path_part if key == "managed_object" else clean_code
        found = render_first(templates, self._fields, clean)
        if found is None:
            wanted = sorted({name for template in templates for name in template.names})
            raise Invalid(key, f"there is no value for {', '.join(wanted)}")
        return found

    def _text(self) -> str:
        found = render_first(self._mapping.text, self._fields, clean_text)
        return clean_text(found or "; ".join(f"{k}={v}" for k, v in self._raw.items()))

    def _event_at(self, act: Act) -> datetime:
        """Return the sender's time, ours where it has none. A clear without one of its own is
        not earlier than the raise that it names."""
        raised_at = self._time(self._mapping.raised_at)
        if act != "clear":
            return raised_at or self._received_at
        cleared_at = self._time(self._mapping.cleared_at)
        return cleared_at or max(self._received_at, raised_at or self._received_at)

    def _time(self, path: str) -> datetime | None:
        found = self._fields.find(path) if path else Missing
        at = None if found is Missing else parse_time(found, self._mapping.zone)
        if at is not None and at > self._received_at + _TOLERATED_AHEAD:
            self._raw["note"] = f"{path} lies ahead, ours is used"
            return None
        return at
