"""The condition of a mask made from alarms at hand. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from yunwei.base.core.condition import All, Condition, Op, Some, Term
from yunwei.monitor.alarms.facts import Alarm


class QuickScope(StrEnum):
    """What "such alarms" means, from narrow to wide.

    exact: this alarm, of its type on its object. beneath: its type on its object and beneath.
    device: its type on what its object is a part of. object: every type on its object and
    beneath. type: its type everywhere.
    """

    EXACT = "exact"
    BENEATH = "beneath"
    DEVICE = "device"
    OBJECT = "object"
    TYPE = "type"


def build_condition(alarms: Iterable[Alarm], scope: QuickScope) -> Condition:
    """Return a condition that such alarms meet; there is at least one."""
    parts = tuple(dict.fromkeys(_select(alarm, scope) for alarm in alarms))
    return parts[0] if len(parts) == 1 else Some(parts=parts)


def _select(alarm: Alarm, scope: QuickScope) -> Condition:
    is_type = Term(field="alarm_type", op=Op.EQ, value=alarm.alarm_type)
    match scope:
        case QuickScope.TYPE:
            return is_type
        case QuickScope.OBJECT:
            return _under(alarm.managed_object)
        case QuickScope.BENEATH:
            return All(parts=(is_type, _under(alarm.managed_object)))
        case QuickScope.DEVICE:
            return All(parts=(is_type, _under(find_device(alarm.managed_object))))
        case QuickScope.EXACT:
            exact = [is_type, Term(field="managed_object", op=Op.EQ, value=alarm.managed_object)]
            if alarm.qualifier:
                exact.append(Term(field="qualifier", op=Op.EQ, value=alarm.qualifier))
            return All(parts=tuple(exact))


def _under(path: str) -> Term:
    return Term(field="managed_object", op=Op.UNDER, value=path)


def find_device(path: str) -> str:
    """Return what an object is a part of: `/device/192.0.2.7` for one of its interfaces; the
    object itself when it is no part of anything."""
    kinds_and_names = path.split("/")
    return "/".join(kinds_and_names[:3]) if len(kinds_and_names) > 4 else path
