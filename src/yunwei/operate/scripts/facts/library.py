"""Scripts, their versions and parameters, and what was found in them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import ScriptId, TenantId


class ScriptLanguage(StrEnum):
    """What a script is written in, and so which interpreter takes it."""

    POWERSHELL = "powershell"
    BATCH = "batch"
    SHELL = "shell"
    PYTHON = "python"


class ParameterKind(StrEnum):
    """text, number: as typed. choice: one of `choices`. date: YYYY-MM-DD. secret: never kept,
    never shown. desktop: the name of a desktop of the tenant."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    SECRET = "secret"  # noqa: S105  a kind, not one
    DESKTOP = "desktop"


class VersionState(StrEnum):
    """draft: being written. review: waits for another person. approved: may run. returned: another
    person did not approve it. retired: may run no more."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    RETURNED = "returned"
    RETIRED = "retired"


class Level(StrEnum):
    """How much a finding weighs. note: a matter of taste. warning: likely a fault. danger: the
    command can destroy, or hides what it does; runs of it ask for an approval."""

    NOTE = "note"
    WARNING = "warning"
    DANGER = "danger"

    @property
    def weight(self) -> int:
        return tuple(Level).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a check saw in a script. line: from 1. code: of the rule (`YW101`) or of the
    checker that said it (`SC2086`). detail: what it is about, a command's name for instance; of a
    foreign checker its own sentence."""

    line: int
    level: Level
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something that is asked before a script runs. name: upper case; the script finds the value
    in the environment as `YW_PARAM_<name>`. minimum, maximum: of numbers only."""

    name: str
    kind: ParameterKind = ParameterKind.TEXT
    label_zh: str = ""
    label_en: str = ""
    default: str = ""
    is_required: bool = True
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDraft:
    """What a version of a script says. The times and sizes hold for one desktop.

    is_risky: whoever wrote it says that a run of it asks for an approval, whatever the checks say.
    """

    body: str
    parameters: tuple[Parameter, ...] = ()
    timeout_s: int = 300
    max_output_bytes: int = 65_536
    is_risky: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptDraft:
    """What a script is called and is for, whatever its version. folder: a path, `Disk/Clean-up`.
    is_shared: customers may run it too; only the provider's may be so."""

    name: str
    language: ScriptLanguage
    description_zh: str = ""
    description_en: str = ""
    folder: str = ""
    tags: tuple[str, ...] = ()
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script of one tenant. approved: the newest version that may run, None without. latest:
    the newest of all. revision: grows with each change of the head."""

    id: ScriptId
    tenant: TenantId
    name: str
    language: ScriptLanguage
    description_zh: str
    description_en: str
    folder: str
    tags: tuple[str, ...]
    is_shared: bool
    revision: int
    latest: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version, whose words never change; only its state does. sha256: of its canonical form
    (`rules/canonical.py`), by which agents know what was approved."""

    script: ScriptId
    number: int
    content: VersionDraft
    sha256: str
    state: VersionState
    findings: tuple[Finding, ...]
    by: str
    at: datetime
    asked_by: str = ""
    asked_at: datetime | None = None
    judged_by: str = ""
    judged_at: datetime | None = None
    judgement_note: str = ""
    retired_by: str = ""
    retired_at: datetime | None = None

    @property
    def is_dangerous(self) -> bool:
        found = any(each.level is Level.DANGER for each in self.findings)
        return found or self.content.is_risky


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRow:
    """A script as lists show it. state: of its newest version. approved: number of the version
    that would run, None when none may. may_change: it is one of the viewer's tenants', not only
    shared with them. may_be_shared: it is the provider's."""

    script: Script
    tenant_name: str
    state: VersionState
    approved: int | None
    is_dangerous: bool
    may_change: bool
    may_be_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyScript:
    """A script that came with the platform and may run. slug: its name in the starter set."""

    slug: str
    id: ScriptId
    name: str
    language: ScriptLanguage


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFile:
    """A script as it travels in a file: its head and one version."""

    head: ScriptDraft
    content: VersionDraft
    slug: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The values of a script's parameters. shown: as kept and audited, secrets masked. secrets:
    sealed before they are kept, and forgotten with the run."""

    shown: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        plain = {name: text for name, text in self.shown.items() if name not in self.secrets}
        return {f"YW_PARAM_{name}": text for name, text in (plain | self.secrets).items()}
