"""Pure answers about alarm types."""

from collections.abc import Mapping

from yunwei.plugins.sdk.alarm_texts import AlarmText


def find_types(search: str, texts: Mapping[str, AlarmText]) -> list[str]:
    """Return the alarm types in whose title, in either language, the words stand."""
    wanted = search.casefold()
    return [
        alarm_type
        for alarm_type, text in texts.items()
        if wanted in text.title.zh.casefold() or wanted in text.title.en.casefold()
    ]
