"""Choices of filters that come from what exists: sources, pools, departments, tenants."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.tables import Filter, Options
from yunwei.faces.web.shared.words import Text
from yunwei.faces.web.shared.words import options as word_options
from yunwei.monitor.collect.queries import sources
from yunwei.monitor.inventory import queries as inventory

_MANY = PageRequest(limit=500)

ACKNOWLEDGED_FOR: list[tuple[str, Text]] = [
    ("", _("until it clears")),
    ("30", _("30 minutes")),
    ("60", _("1 hour")),
    ("240", _("4 hours")),
    ("480", _("8 hours")),
    ("1440", _("24 hours")),
]
"""For how long an alarm may be acknowledged, in minutes; afterwards nobody looks after it."""

UNUSED_DAYS: list[tuple[str, Text]] = [
    ("7", _("Unused: 7 days")),
    ("14", _("Unused: 14 days")),
    ("60", _("Unused: 60 days")),
    ("90", _("Unused: 90 days")),
]
"""From how many days on something counts as unused, beside the usual number."""


def read_length(text: str) -> timedelta | None:
    """Return the length of time of one of `ACKNOWLEDGED_FOR`, None without an end."""
    if text not in dict(ACKNOWLEDGED_FOR):
        raise Invalid("length", "this is not one of the choices")
    return timedelta(minutes=int(text)) if text else None


def source_options(viewer: Viewer) -> Iterable[tuple[str, Text]]:
    found = sources.fetch_sources(viewer, page=_MANY).items
    return [(str(row.id), row.name) for row in found]


def pool_options(viewer: Viewer) -> Iterable[tuple[str, Text]]:
    found = inventory.fetch_pool_names(viewer)
    return [(str(row.id), row.name) for row in found if not row.is_gone]


def host_options(viewer: Viewer) -> Iterable[tuple[str, Text]]:
    found = inventory.fetch_host_names(viewer)
    return [(str(row.id), row.name) for row in found if not row.is_gone]


def department_options(viewer: Viewer) -> Iterable[tuple[str, Text]]:
    return [(name, name) for name in inventory.fetch_departments(viewer) if name]


def tenant_options(viewer: Viewer) -> list[tuple[str, Text]]:
    """The tenants whose things the viewer may change, for forms."""
    found = people.fetch_tenants(viewer, {}, _MANY).items
    return [(str(row.id), row.name) for row in found if row.id in viewer.tenants]


def word_filter(
    name: str, label: Text, words: str, *leave_out: str, is_listed: bool = False
) -> Filter:
    """A filter over a closed set. is_listed: the query takes a list of words."""
    allowed = {key for key, _text in word_options(words, *leave_out)}

    def parse(text: str) -> str | list[str]:
        if text not in allowed:
            raise ValueError(text)
        return [text] if is_listed else text

    options: Options = lambda _viewer: word_options(words, *leave_out)  # noqa: E731
    return Filter(name=name, label=label, options=options, parse=parse, kind="choice")


def search_filter(label: Text) -> Filter:
    return Filter(name="search", label=label)


def parse_local(text: str) -> datetime:
    """Return a local date and time of the viewer's zone; raises ValueError."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else timezone.make_aware(value)


def parse_boolean(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(text)
    return text == "yes"


def yes_filter(name: str, label: Text, yes: Text, no: Text) -> Filter:
    """A filter over a yes or no."""
    return Filter(
        name=name,
        label=label,
        options=lambda _viewer: [("yes", yes), ("no", no)],
        parse=parse_boolean,
        kind="choice",
    )
