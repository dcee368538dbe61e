"""How the lines of an emergency's time line are said, on pages and on paper."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.own_texts import read_alarm
from yunwei.operate.service.facts.emergencies import Line, LineKind
from yunwei.operate.service.facts.tickets import EntryKind

type Texts = Mapping[Any, Any]

LINES: Texts = {
    LineKind.OBSERVED: pgettext_lazy("time line", "Seen"),
    LineKind.JUDGED: pgettext_lazy("time line", "Judged"),
    LineKind.DECIDED: pgettext_lazy("time line", "Decided"),
    LineKind.ACTED: pgettext_lazy("time line", "Done"),
    LineKind.RESTORED: pgettext_lazy("time line", "Restored"),
    LineKind.DECLARED: pgettext_lazy("time line", "Declared an emergency"),
    LineKind.LED: pgettext_lazy("time line", "Leads and tells from now on"),
    LineKind.TOLD: pgettext_lazy("time line", "Update"),
    LineKind.ENDED: pgettext_lazy("time line", "Ended"),
    LineKind.ALARM: pgettext_lazy("time line", "Alarm raised"),
    LineKind.CLEARED: pgettext_lazy("time line", "Alarm cleared"),
    LineKind.ALLOWED: pgettext_lazy("time line", "Act"),
    LineKind.REFUSED: pgettext_lazy("time line", "Act refused"),
    LineKind.TICKET: pgettext_lazy("time line", "Ticket"),
    LineKind.STARTED: pgettext_lazy("time line", "The plan started"),
    LineKind.EXCEPTED: pgettext_lazy("time line", "Exception from the freeze"),
}

ENTRIES: Texts = {
    EntryKind.OPENED: pgettext_lazy("entry", "Opened"),
    EntryKind.ASSIGNED: pgettext_lazy("entry", "Assigned"),
    EntryKind.STARTED: pgettext_lazy("entry", "Work begun"),
    EntryKind.REPLIED: pgettext_lazy("entry", "Message"),
    EntryKind.NOTED: pgettext_lazy("entry", "Internal note"),
    EntryKind.ARRIVED: pgettext_lazy("entry", "On site"),
    EntryKind.WAITED: pgettext_lazy("entry", "Put on hold"),
    EntryKind.RESUMED: pgettext_lazy("entry", "Goes on"),
    EntryKind.PRIORITISED: pgettext_lazy("entry", "Priority changed"),
    EntryKind.RESOLVED: pgettext_lazy("entry", "Solved"),
    EntryKind.REOPENED: pgettext_lazy("entry", "Reopened"),
    EntryKind.CLOSED: pgettext_lazy("entry", "Confirmed and closed"),
    EntryKind.CANCELLED: pgettext_lazy("entry", "Withdrawn"),
    EntryKind.MERGED: pgettext_lazy("entry", "Merged into"),
    EntryKind.PARTED: pgettext_lazy("entry", "Goes on by itself again, no more in"),
    EntryKind.TOOK_IN: pgettext_lazy("entry", "Took in"),
    EntryKind.LET_GO: pgettext_lazy("entry", "No more part of this"),
    EntryKind.SPLIT: pgettext_lazy("entry", "A part became"),
}

FINDINGS: Texts = {
    "summary": _("What happened, in short"),
    "impact": _("Who was affected, how much and how long"),
    "causes": _("Causes: of the fault, and of how it was dealt with"),
    "went_well": _("What went well"),
    "went_badly": _("What went badly"),
}


def say_line(line: Line) -> str:
    """Return what kind of line it is, in the language that is active."""
    kind = str(LINES[line.kind])
    if line.kind is LineKind.TICKET:
        return f"{kind}: {ENTRIES[EntryKind(line.detail)]}"
    return kind


def say_words(line: Line) -> str:
    """Return what a line tells, in the language of who reads it."""
    return read_alarm(line, get_language() or "zh")
