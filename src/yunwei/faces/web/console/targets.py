"""Whom routes, steps and entries of ownership name: fields of forms, and badges. No pages."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import ChannelId, ScheduleId, UserId
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Permission, Role, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.forms import Form, FormField
from yunwei.faces.web.shared.words import Text, options, word
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.duty.queries.people import fetch_schedule_names
from yunwei.monitor.notify.facts.reaching import Owner, Targets
from yunwei.monitor.notify.queries import channels as channel_queries

_ALL = PageRequest(limit=200)

type Choices = list[tuple[str, Text]]
type Values = dict[str, str | tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Whom:
    """Who and what may be named: ids and names."""

    people: Choices
    schedules: Choices
    channels: Choices


@dataclass(frozen=True, kw_only=True)
class Badge:
    icon: str
    text: Text


def fetch_whom(viewer: Viewer) -> Whom:
    channels = channel_queries.fetch_channels(viewer, page=_ALL).items
    return Whom(
        people=people_options(viewer),
        schedules=_schedule_options(viewer),
        channels=[(str(each.id), each.name) for each in channels],
    )


def people_options(viewer: Viewer) -> Choices:
    """People that the viewer may see; those who may see nobody choose roles only."""
    if Permission.SEE_PEOPLE not in viewer.permissions:
        return []
    found = people.fetch_people(viewer, {}, _ALL).items
    return [
        (str(each.id), each.display_name or each.username)
        for each in found
        if each.is_active and each.role is not Role.DESKTOP_USER
    ]


def _schedule_options(viewer: Viewer) -> Choices:
    if not may(viewer, Permission.SEE_MONITORING):
        return []
    return [(str(id), name) for id, name in fetch_schedule_names(viewer).items()]


def person_fields(key: Callable[[str], str], whom: Whom) -> Iterator[FormField]:
    """Yield the fields that say who: on duty, by role, by name."""
    yield from _several(key("schedules"), _("Whoever is on duty"), whom.schedules)
    yield from _several(key("roles"), _("Everybody with the role"), options("role", "desktop_user"))
    yield from _several(key("people"), _("These people"), whom.people)


def target_fields(key: Callable[[str], str], whom: Whom) -> Iterator[FormField]:
    """Yield the fields of targets; those without anything to choose from are left out."""
    yield from _several(key("owners"), _("Whoever owns it"), options("owner"))
    for field in person_fields(key, whom):
        yield field
        if field.key == key("schedules"):
            yield FormField(
                key=key("duty_role"),
                label=_("Of those on duty"),
                kind="choice",
                options=[("", _("everybody on duty")), *options("duty_role")],
                is_required=False,
            )
    yield from _several(key("channels"), _("Send by"), whom.channels)


TARGET_NAMES = ("owners", "schedules", "duty_role", "roles", "people", "channels")
"""The fields of targets, in the order in which forms show them."""


def _several(key: str, label: Text, choices: Choices) -> Iterable[FormField]:
    if choices:
        yield FormField(key=key, label=label, kind="several", options=choices, is_required=False)


def read_targets(form: Form, key: Callable[[str], str] = str) -> Targets:
    """Return what was chosen."""
    role = form.text(key("duty_role"))
    chosen = frozenset(form.several(key("owners")))
    return Targets(
        people=tuple(UserId(each) for each in _numbers(form, key("people"))),
        roles=form.several(key("roles")),
        schedules=tuple(ScheduleId(each) for each in _numbers(form, key("schedules"))),
        duty_role=DutyRole(role) if role in set(DutyRole) else None,
        owners=tuple(each for each in Owner if each.value in chosen),
        channels=tuple(ChannelId(each) for each in _numbers(form, key("channels"))),
    )


def _numbers(form: Form, key: str) -> list[int]:
    return [int(each) for each in form.several(key) if each.isdecimal()]


def describe_targets(targets: Targets) -> Values:
    """Return the values with which a form begins."""
    return {
        "people": tuple(str(each) for each in targets.people),
        "roles": targets.roles,
        "schedules": tuple(str(each) for each in targets.schedules),
        "duty_role": targets.duty_role.value if targets.duty_role else "",
        "owners": tuple(each.value for each in targets.owners),
        "channels": tuple(str(each) for each in targets.channels),
    }


def build_badges(targets: Targets, whom: Whom) -> list[Badge]:
    """Return targets as badges: who first, then by which way."""
    return [
        *(
            Badge(icon="user-check", text=word("owner", each.value).label)
            for each in targets.owners
        ),
        *(
            Badge(icon="calendar-event", text=_say_duty(text, targets.duty_role))
            for text in _named(targets.schedules, whom.schedules)
        ),
        *(Badge(icon="users-group", text=word("role", each).label) for each in targets.roles),
        *(Badge(icon="user", text=text) for text in _named(targets.people, whom.people)),
        *(Badge(icon="send", text=text) for text in _named(targets.channels, whom.channels)),
    ]


def _say_duty(name: Text, role: DutyRole | None) -> Text:
    return f"{name} · {word('duty_role', role.value).label}" if role else name


def _named(ids: Iterable[int], choices: Choices) -> Iterator[Text]:
    names: Mapping[str, Text] = dict(choices)
    return (names.get(str(each), "?") for each in ids)
