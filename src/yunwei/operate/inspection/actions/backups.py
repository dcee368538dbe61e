"""A backup of the platform is written down, so that inspections know how old the last one is."""

from dataclasses import replace

from yunwei.base.core.errors import Refused
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import SYSTEM
from yunwei.base.people.queries import system_provider


def system_note_backup(*, tables: int) -> None:
    """Let the audit log say that there is a backup; nothing before anybody has set it up."""
    try:
        provider = system_provider()
    except Refused:
        return
    asker = replace(SYSTEM, tenant=provider.id)
    record(None, asker, "platform.back_up", tenant=provider.id, after={"tables": tables})
