"""What alarms and situations say, in the viewer's language; our own words stand in two."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from yunwei.base.core.own_texts import Worded, read_in
from yunwei.operate.diagnosis.facts.verdicts import Case, DiagnosisRow


def say_alarm(alarm: Worded | Mapping[str, Any]) -> str:
    """Return the text of an alarm, or of a row of one with its type."""
    if isinstance(alarm, Mapping):
        return say_text(alarm["text"], alarm["alarm_type"])
    return say_text(alarm.text, alarm.alarm_type)


def say_title(situation: Any) -> str:
    """Return the title of a situation, or of a row of one."""
    if isinstance(situation, Mapping):
        return say_text(situation["title"], situation["title_type"])
    return say_text(situation.title, situation.title_type)


def say_subject(diagnosed: DiagnosisRow | Case) -> str:
    """Return what was looked at."""
    return say_text(diagnosed.subject_name, diagnosed.subject_type)


def say_text(text: str, alarm_type: str) -> str:
    return read_in(text, alarm_type, get_language() or "zh")
