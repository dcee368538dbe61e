"""What a diagnosis says: each part of the way, the causes by score, what to do. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import TenantId
from yunwei.operate.diagnosis.facts.evidence import Changed, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


class Part(StrEnum):
    """The parts of the way from a person to their work, in this order; each stands on the next."""

    USER = "user"
    ENDPOINT = "endpoint"
    NETWORK = "network"
    GATEWAY = "gateway"
    BROKER = "broker"
    DIRECTORY = "directory"
    LICENCE = "licence"
    SESSION = "session"
    DESKTOP = "desktop"
    IMAGE = "image"
    POOL = "pool"
    HOST = "host"
    STORAGE = "storage"


class Standing(StrEnum):
    """What is said of a part. NOT_MEASURED is no verdict: nothing tells of it."""

    GUILTY = "guilty"
    SUSPECT = "suspect"
    CLEARED = "cleared"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One number with what it is compared with. kind: `ratio`, `seconds`, `count`. compared: with
    what, in words."""

    name: Said
    value: float | None
    kind: str
    usual: float | None = None
    compared: Said | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One reason to accuse. weight: from 0 to 1, how much it says by itself. alarm: the alarm that
    says it."""

    weight: float
    text: Said
    alarm: int | None = None


class Risk(StrEnum):
    """What a remedy may cost, the least first."""

    NONE = "none"
    LOW = "low"
    DISTURBS = "disturbs"
    LOSES_WORK = "loses_work"


class Act(StrEnum):
    """A remedy that a button carries out; the others are instructions."""

    START = "start"
    RESTART = "restart"
    FORCE_RESTART = "force_restart"
    LOG_OFF = "log_off"
    REBUILD = "rebuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What may be done about a cause. act: a button does it. scripts: names, in the set that comes
    with the platform, of scripts that do it or look further. request: kind of request by which a
    desktop user gets it. With none of them it is an instruction."""

    text: Said
    risk: Risk = Risk.NONE
    act: Act | None = None
    scripts: tuple[str, ...] = ()
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check saw. score: 0 to 100 from its grounds. window: the time it looked at.

    explained_by: name of a check whose cause, further down, explains this one.
    """

    check: str
    part: Part
    standing: Standing
    title: Said
    text: Said
    source: Said
    score: float = 0.0
    grounds: tuple[Ground, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    explained_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartVerdict:
    part: Part
    standing: Standing
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A diagnosis. causes: findings that accuse, by score; the names of their checks. findings:
    all, by part. is_ours: whether what is best founded lies within the desktop cloud; None when
    nothing is accused. desktop: the one that was looked at, whoever complained."""

    subject: Subject
    from_at: datetime
    at: datetime
    source_name: str
    parts: tuple[PartVerdict, ...]
    findings: tuple[Finding, ...]
    causes: tuple[str, ...]
    is_ours: bool | None
    changes: tuple[Changed, ...] = ()
    stale: tuple[str, ...] = ()
    desktop: int | None = None
    desktop_name: str = ""

    @property
    def by_check(self) -> Mapping[str, Finding]:
        return {each.check: each for each in self.findings}

    @property
    def accused(self) -> tuple[Finding, ...]:
        found = self.by_check
        return tuple(found[name] for name in self.causes)

    @property
    def top(self) -> Finding | None:
        return next(iter(self.accused), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisRow:
    """A diagnosis that was made and kept. by: who asked. took_s: how long it took.
    subject_type: the type of the alarm whose text the subject's name is."""

    id: int
    tenant: TenantId
    tenant_name: str
    subject_kind: str
    subject_id: int
    subject_name: str
    at: datetime
    by: str
    cause: str
    score: float
    took_s: float
    subject_type: str = ""
    verdict: Verdict | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A diagnosis with what was said when the same subject was looked at next. next: None when
    nobody looked again. next_cause: the best founded then, "" when none was found."""

    id: int
    subject_kind: str
    subject_name: str
    at: datetime
    cause: str
    next: int | None
    next_cause: str
    next_at: datetime | None
    subject_type: str = ""

    @property
    def is_gone(self) -> bool | None:
        """Whether the cause was no longer the best founded; None when nobody looked again."""
        return None if self.next is None else self.next_cause != self.cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """The same cause before: how often, and the latest of them, the newest first."""

    count: int = 0
    latest: tuple[Case, ...] = ()
