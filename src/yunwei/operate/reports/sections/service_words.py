"""How service is said in reports: types, priorities, targets, reasons of waiting."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yunwei.operate.service.facts.clocks import Metric, Priority
from yunwei.operate.service.facts.contracts import ServiceType


def say_type(type: ServiceType) -> str:
    return {
        ServiceType.REMOTE: _("Remote support"),
        ServiceType.ON_SITE: _("On-site support"),
        ServiceType.INSPECTION: _("Inspection"),
        ServiceType.EMERGENCY: _("Emergency response"),
        ServiceType.EVENT: _("Support of great events"),
        ServiceType.CHANGE: _("Standard change"),
    }[type]


def say_metric(metric: Metric) -> str:
    return {
        Metric.RESPONSE: pgettext("service target", "First answer"),
        Metric.ARRIVAL: pgettext("service target", "Arrival"),
        Metric.RESOLUTION: pgettext("service target", "Solution"),
    }[metric]


def say_priority(priority: Priority) -> str:
    return priority.value.upper()


def say_state(state: str) -> str:
    return {
        "new": pgettext("ticket", "New"),
        "assigned": pgettext("ticket", "Assigned"),
        "working": pgettext("ticket", "Being worked on"),
        "waiting": pgettext("ticket", "Waits"),
        "resolved": pgettext("ticket", "Solved, to be confirmed"),
        "closed": pgettext("ticket", "Closed"),
        "cancelled": pgettext("ticket", "Withdrawn"),
        "merged": pgettext("ticket", "Goes on in another"),
    }[state]


def say_reason(reason: str) -> str:
    return {
        "customer": _("Waits for the customer"),
        "third_party": _("Waits for a third party"),
        "window": _("Waits for a maintenance window"),
        "parts": _("Waits for spare parts"),
        "observation": _("Is being observed"),
    }.get(reason, reason)
