"""What alarms and situations say, in the language of who reads the report."""

from django.utils.translation import get_language

from yunwei.base.core.own_texts import Worded, read_alarm, read_in
from yunwei.monitor.governance.facts.situations import Situation


def say_alarm(alarm: Worded) -> str:
    return read_alarm(alarm, get_language() or "zh")


def say_title(situation: Situation) -> str:
    return read_in(situation.title, situation.title_type, get_language() or "zh")
