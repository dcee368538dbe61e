"""Which sections a condition of their own can narrow, and over what it is. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from yunwei.base.core.condition import Condition, FieldSet, Op, parse_text, walk_terms
from yunwei.base.core.errors import Invalid
from yunwei.operate.noise.rules import OCCURRENCE_FIELDS
from yunwei.operate.posture.rules.choosing import THING_FIELDS
from yunwei.operate.reports.definitions import FILTERED, HEAD, SectionKind
from yunwei.operate.usage.rules.choosing import CONNECTION_FIELDS

FIELDS_OF: Mapping[SectionKind, FieldSet] = MappingProxyType(
    {kind: CONNECTION_FIELDS for kind in SectionKind if kind in FILTERED - HEAD}
    | {SectionKind.ALARMS: OCCURRENCE_FIELDS, SectionKind.POSTURE: THING_FIELDS}
)
"""By the kind of section: of connections, of alarms, or of hosts, pools and quotas."""


def read_section_condition(kind: SectionKind, text: str) -> Condition | None:
    """Return the condition of a section, None without one; raises Invalid (condition)."""
    if not text:
        return None
    fields = FIELDS_OF.get(kind)
    if fields is None:
        raise Invalid("condition", "this section can not be filtered")
    condition = parse_text(text, fields=fields)
    if any(term.op is Op.IN_SET for term in walk_terms(condition)):
        raise Invalid("condition", "named sets can not be used here")
    return condition
