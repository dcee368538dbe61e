"""What a condition on alarms of a time may name, of the noise figures. Pure."""

from yunwei.base.core.condition import ALARM_FIELDS, FieldSet

_NAMES = ("severity", "alarm_type", "managed_object", "text", "source_name")

OCCURRENCE_FIELDS = FieldSet(
    name="occurrences",
    fields=tuple(ALARM_FIELDS.plain[name] for name in _NAMES),
)
"""What an occurrence says, by the columns of the statement `chosen`."""
