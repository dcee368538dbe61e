"""What the editor of conditions suggests, and all that its template needs."""

from typing import Any

from yunwei.base.core.condition import Op
from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import PageRequest
from yunwei.base.named_sets.queries import fetch_sets
from yunwei.base.named_sets.rules.settling import fits
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.condition_drawing import sets_of
from yunwei.faces.web.shared.conditions import ConditionForm, mark_place
from yunwei.monitor.alarms.queries import fetch_known_values
from yunwei.monitor.collect.queries.sources import fetch_sources

_FROM_ALARMS = {"alarm_type", "managed_object", "qualifier", "object_kind", "object_name"}
_MANY = PageRequest(limit=200)
_SETS = PageRequest(limit=1000)


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
    return found | _suggest_sets(viewer, condition)


def _suggest_sets(viewer: Viewer, condition: ConditionForm) -> dict[str, tuple[str, ...]]:
    """Return the names of the sets that fit the fields that are asked for one."""
    asking = [node for node in condition.nodes if node.plain_op is Op.IN_SET]
    if not asking or not may(viewer, Permission.SEE_RULES):
        return {}
    known = [row.named_set for row in fetch_sets(viewer, page=_SETS).items]
    return {
        sets_of(node): tuple(dict.fromkeys(s.name for s in known if fits(s.kind, node.name)))
        for node in asking
    }


def excerpt_of(condition: ConditionForm) -> str:
    """Return the line of a wrong text with a mark below its place."""
    if condition.mode != "text":
        return ""
    try:
        condition.parse()
    except Invalid as error:
        return mark_place(condition.text, error)
    return ""
