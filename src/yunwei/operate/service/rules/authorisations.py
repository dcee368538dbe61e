"""What an authorisation may say. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.acts import Operation
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.errors import Invalid
from yunwei.monitor.inventory.rules.conditions import read_condition
from yunwei.operate.service.facts.authorisations import AuthorisationDraft

_LONGEST_NOTE = 1000
_LONGEST = timedelta(days=5 * 366)


def check_draft(draft: AuthorisationDraft, zone: str, *, now: datetime) -> AuthorisationDraft:
    """Return an authorisation that can be so; raises Invalid at the field."""
    if not draft.operations:
        raise Invalid("operations", "choose at least one operation")
    if draft.ends_at <= max(draft.starts_at, now):
        raise Invalid("ends_at", "it must end after it began, and not in the past")
    if draft.ends_at - draft.starts_at > _LONGEST:
        raise Invalid("ends_at", "at most five years")
    if len(draft.note) > _LONGEST_NOTE:
        raise Invalid("note", "at most 1000 characters")
    desktops, hours = draft.desktops.strip(), draft.hours.strip()
    if desktops:
        try:
            read_condition(desktops)
        except Invalid as error:
            raise Invalid("desktops", error.why) from error
    if hours:
        parse_times_text(hours, time_zone=zone, field="hours")
    asked = frozenset(draft.operations)
    return replace(
        draft,
        operations=tuple(each for each in Operation if each in asked),
        desktops=desktops,
        hours=hours,
        note=draft.note.strip(),
    )
