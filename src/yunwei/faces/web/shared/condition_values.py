"""What the editor of conditions suggests, and all that its template needs."""

from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.conditions import ConditionForm, mark_place
from yunwei.monitor.alarms.queries import fetch_known_values
from yunwei.monitor.collect.queries.sources import fetch_sources

_FROM_ALARMS = {"alarm_type", "managed_object", "qualifier", "object_kind", "object_name"}
_MANY = PageRequest(limit=200)


def show_condition(
    viewer: Viewer, condition: ConditionForm, *, error: str = "", may_be_everything: bool = False
) -> dict[str, Any]:
    """Return the context of `components/condition.html`."""
    condition.suggestions = suggest_values(viewer, condition)
    return {
        "condition": condition,
        "condition_error": error,
        "excerpt": excerpt_of(condition) if error or condition.error else "",
        "may_be_everything": may_be_everything,
    }


def suggest_values(viewer: Viewer, condition: ConditionForm) -> dict[str, tuple[str, ...]]:
    """Return known values of the fields that the form names."""
    if condition.mode == "text" or not may(viewer, Permission.SEE_MONITORING):
        return {}
    fields, found = condition.fields_in_use, {}
    if fields & _FROM_ALARMS or "raw" in fields:
        known = fetch_known_values(viewer)
        found = {name: known[name] for name in known if name in fields and known[name]}
        if "raw" in fields:
            found["raw_keys"] = known["raw_keys"]
    if "source_name" in fields and may(viewer, Permission.SEE_SOURCES):
        found["source_name"] = tuple(row.name for row in fetch_sources(viewer, page=_MANY).items)
    return found


def excerpt_of(condition: ConditionForm) -> str:
    """Return the line of a wrong text with a mark below its place."""
    if condition.mode != "text":
        return ""
    try:
        condition.parse()
    except Invalid as error:
        return mark_place(condition.text, error)
    return ""
