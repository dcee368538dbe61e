"""The pages of situations: which fault explains what belongs together, and what became of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import SituationId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.alarm_texts import say_alarm, say_title
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.monitor.governance.facts.situations import (
    Member,
    MemberRole,
    Situation,
    StoryEntry,
    StoryVerb,
)
from yunwei.monitor.governance.queries import situations

_PARTS = ("situation", "members", "story")


SITUATIONS = ListSpec[Situation](
    name="situations",
    title=_("Situations"),
    columns=(
        Column(
            name="severity",
            label=_("Severity"),
            value=lambda row: row.severity,
            kind="badge",
            words="severity",
            sort="severity",
        ),
        Column(
            name="title",
            label=_("Situation"),
            value=say_title,
            note=lambda row: row.root_object,
            link=lambda row: reverse("situation", args=[row.id]),
            is_main=True,
        ),
        Column(
            name="kind",
            label=_("Why they belong together"),
            value=lambda row: row.kind,
            kind="word",
            words="situation_kind",
            phone="hide",
        ),
        Column(
            name="members",
            label=_("Alarms"),
            value=lambda row: row.members,
            kind="number",
            sort="members",
            phone="label",
        ),
        Column(
            name="open_members",
            label=_("Still open"),
            value=lambda row: row.open_members,
            kind="number",
            phone="hide",
        ),
        Column(
            name="affected",
            label=_("Desktops lost"),
            value=lambda row: row.affected,
            kind="number",
            sort="affected",
            phone="label",
        ),
        Column(
            name="opened_at",
            label=_("Stands since"),
            value=lambda row: row.opened_at,
            kind="time",
            sort="opened_at",
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="situation_state",
        ),
        Column(
            name="rule_name",
            label=_("Rule"),
            value=lambda row: row.rule_name,
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Text, object")),
        word_filter("state", _("State: all"), "situation_state"),
        word_filter("kind", _("Kind: all"), "situation_kind"),
        word_filter("severity", _("Severity: all"), "severity", is_listed=True),
    ),
    fetch=lambda viewer, filters, page: situations.fetch_situations(
        viewer, filters=filters, page=page
    ),
    row_id=lambda row: row.id,
    default_sort="-opened_at",
    refresh=("situations",),
    empty_icon="sitemap",
    empty_title=_("No situations"),
    empty_text=_(
        "When one fault explains many alarms, or many alike come at once, they are gathered here "
        "and told as one."
    ),
)


@dataclass
class SituationBoard:
    """What one situation's page may show; only what its part asks is fetched."""

    viewer: Viewer
    id: SituationId

    @cached_property
    def row(self) -> Situation:
        return situations.access_situation(self.viewer, self.id)

    @cached_property
    def everybody(self) -> tuple[Member, ...]:
        return situations.fetch_members(self.viewer, self.id)

    @property
    def root(self) -> Member | None:
        """The alarm that explains the others."""
        return next((each for each in self.everybody if each.role is MemberRole.ROOT), None)

    @property
    def attached(self) -> list[Member]:
        return [each for each in self.everybody if each.role is not MemberRole.ROOT]

    @property
    def by_type(self) -> list[tuple[str, int]]:
        """How many are attached of each type, the most first."""
        return Counter(each.alarm_type for each in self.attached).most_common()

    @property
    def told_already(self) -> int:
        """Of how many that are attached people had been told by themselves."""
        return sum(each.was_told for each in self.attached)

    @cached_property
    def affected(self) -> tuple[str, ...]:
        return situations.fetch_affected(self.viewer, self.id)

    @cached_property
    def story(self) -> list[tuple[StoryEntry, str]]:
        return [(each, tell(each)) for each in situations.fetch_story(self.viewer, self.id)]


def _count(entry: StoryEntry) -> int:
    return int(entry.facts.get("count", 0))


def _opened(entry: StoryEntry) -> str:
    lost = int(entry.facts.get("affected", 0))
    told = [entry.text] if entry.text else []
    if lost:
        words = ngettext("%(count)d desktop is lost", "%(count)d desktops are lost", lost)
        told.append(words % {"count": lost})
    return ", ".join(told)


def _grew(entry: StoryEntry) -> str:
    count = _count(entry)
    words = ngettext("%(count)d alarm was attached", "%(count)d alarms were attached", count)
    return words % {"count": count}


def _released(entry: StoryEntry) -> str:
    count = _count(entry)
    words = ngettext(
        "%(count)d alarm is told by itself from now on",
        "%(count)d alarms are told by themselves from now on",
        count,
    )
    return words % {"count": count}


def _merged(entry: StoryEntry) -> str:
    count = _count(entry)
    if not count:
        return gettext("A greater fault explains it: its alarms went there")
    words = ngettext(
        "%(count)d alarm came from a lesser situation",
        "%(count)d alarms came from a lesser situation",
        count,
    )
    return words % {"count": count}


_TOLD: dict[StoryVerb, Callable[[StoryEntry], str]] = {
    StoryVerb.OPENED: _opened,
    StoryVerb.GREW: _grew,
    StoryVerb.RELEASED: _released,
    StoryVerb.MERGED: _merged,
}


def tell(entry: StoryEntry) -> str:
    """Return what an entry of the story says beside its word."""
    say = _TOLD.get(entry.verb)
    return say(entry) if say else say_alarm(entry)


@page(Permission.SEE_MONITORING)
def list_situations(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /situations"""
    return serve_list(request, viewer, SITUATIONS)


@page(Permission.SEE_MONITORING)
def show_situation(request: HttpRequest, viewer: Viewer, situation: int) -> HttpResponseBase:
    """GET /situations/N"""
    board = SituationBoard(viewer=viewer, id=SituationId(situation))
    return render(
        request,
        "console/situations/detail.html",
        parts=_PARTS,
        board=board,
        situation=board.row,
    )


urlpatterns = [
    path("situations", list_situations, name="situations"),
    path("situations/<int:situation>", show_situation, name="situation"),
]
