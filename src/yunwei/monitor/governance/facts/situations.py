"""Situations: alarms that belong together, with their root, their story and what they affect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import AlarmId, NoiseRuleId, OccurrenceId, SituationId, TenantId
from yunwei.base.core.severity import Severity


class SituationKind(StrEnum):
    """Why alarms belong together.

    topology: one fault explains them. group: they have something in common. storm: there were
    too many at once. by_hand: a person says so.
    """

    TOPOLOGY = "topology"
    GROUP = "group"
    STORM = "storm"
    BY_HAND = "by_hand"


class SituationState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class MemberRole(StrEnum):
    """root: the fault that explains the others, or the alarm by which they are told."""

    ROOT = "root"
    MEMBER = "member"


class StoryVerb(StrEnum):
    """What happened to a situation."""

    OPENED = "opened"
    GREW = "grew"
    MERGED = "merged"
    TOLD = "told"
    RELEASED = "released"
    ROOT_CLEARED = "root_cleared"
    ROOT_RETURNED = "root_returned"
    RENAMED = "renamed"
    ATTACHED = "attached"
    DETACHED = "detached"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationDraft:
    """A situation to be opened, or found open by its key."""

    tenant: TenantId
    kind: SituationKind
    key: str
    rule: NoiseRuleId | None
    rule_version: int | None
    rule_name: str
    root: AlarmId | None
    root_occurrence: OccurrenceId | None
    title: str
    severity: Severity
    affected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDraft:
    """An alarm to be attached. reason: code of `rules.reasons`."""

    alarm: AlarmId
    occurrence: OccurrenceId
    role: MemberRole
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A situation as lists and pages show it.

    title_type: whose words the title is: the root's alarm type, `situation.storm` where it is ours.
    severity: of its worst alarm that stands, of its worst when none does. members, open_members:
    alarms, the root included. affected: how many desktops are lost by it. told_at: when people
    were told of it as a whole.
    """

    id: SituationId
    tenant: TenantId
    kind: SituationKind
    key: str
    state: SituationState
    title: str
    severity: Severity
    root: AlarmId | None
    root_text: str
    root_object: str
    root_is_cleared: bool
    rule: NoiseRuleId | None
    rule_version: int | None
    rule_name: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    closed_by: str
    members: int
    open_members: int
    affected: int
    told_at: datetime | None
    title_type: str = ""


class Phase(StrEnum):
    """What people hear of a situation as a whole."""

    BEGAN = "began"
    GREW = "grew"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What people are to hear of a situation. types: how many there are of which type, the most
    first. examples: the worst alarms, by which it is found out whom it concerns."""

    situation: SituationId
    tenant: TenantId
    kind: SituationKind
    phase: Phase
    title: str
    severity: Severity
    members: int
    open_members: int
    types: tuple[tuple[str, int], ...]
    examples: tuple[AlarmId, ...]
    title_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An alarm of a situation. until: since when it is out of it, None while it is in.

    was_told: people had been told of it by itself.
    """

    situation: SituationId
    alarm: AlarmId
    occurrence: OccurrenceId
    role: MemberRole
    reason: str
    by: str
    since: datetime
    until: datetime | None
    left_cause: str
    was_told: bool
    text: str
    managed_object: str
    alarm_type: str
    severity: Severity
    is_cleared: bool
    raised_at: datetime
    cleared_at: datetime | None
    source_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """One thing that happened to a situation. by: a person's name, "" for the platform.
    alarm_type: of the alarm, "" without one; read, never written."""

    at: datetime
    verb: StoryVerb
    by: str = ""
    alarm: AlarmId | None = None
    text: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    alarm_type: str = ""
