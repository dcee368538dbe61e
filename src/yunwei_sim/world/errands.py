"""Scripts that the cloud keeps and carries out on its desktops: a grey batch first, then the rest.

What a script does on a desktop is worked out from its text: `echo`, `Write-Output` and `print` say
something, `exit N` ends it, `sleep N` and `Start-Sleep N` take so long; well-known ones answer
as `replies` says. Nothing is run.
"""

import re
import zlib
from dataclasses import dataclass, field
from enum import StrEnum

from yunwei_sim.world.replies import Desk, reply_to

KINDS = ("POWERSHELL", "BAT", "SHELL")
_SAYS = re.compile(r"(?i)^\s*@?(?:echo|write-output|write-host|print)\b[\s(]*(?P<text>.*?)\)?\s*$")
_ENDS = re.compile(r"(?i)^\s*(?:exit(?:\s+/b)?|sys\.exit\()\s*(?P<code>\d+)\)?\s*$")
_SLEEPS = re.compile(r"(?i)^\s*(?:sleep|start-sleep(?:\s+-seconds)?|timeout\s+/t)\s+(?P<s>\d+)\b")
_QUIET = {"off", "on"}
_NAME = re.compile(r"(?i)\$\(hostname\)|\$\{?hostname\}?|%computername%|\$env:computername")


class State(StrEnum):
    """What becomes of a script on a desktop. The vendor does not publish these words."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    SKIP = "SKIP"
    STOP = "STOP"


@dataclass(slots=True)
class KeptScript:
    """A script of the cloud's own library."""

    id: str
    name: str
    kind: str
    content: str
    description: str
    version: str
    created_s: int
    updated_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A desktop as it was when the errand was given. system: Windows or Linux."""

    id: str
    name: str
    system: str
    is_on: bool


@dataclass(slots=True)
class Record:
    """A script on a desktop. order: 1 in the grey batch, 2 after it, 0 without one.

    starts_s, ends_s: None as long as it is not decided. is_told: what it mends has been mended.
    """

    id: str
    target: Target
    script: KeptScript | None
    kind: str
    content: str
    order: int
    starts_s: int | None = None
    ends_s: int | None = None
    ends_as: State = State.WAITING
    code: int | None = None
    reason: str = ""
    output: str = ""
    attempt: int = 1
    is_told: bool = False

    def state(self, now_s: int) -> State:
        if self.starts_s is None or now_s < self.starts_s:
            return self.ends_as if self.ends_as in {State.SKIP, State.STOP} else State.WAITING
        if self.ends_s is None or now_s < self.ends_s:
            return State.RUNNING
        return self.ends_as

    def is_over(self, now_s: int) -> bool:
        return self.state(now_s) not in {State.WAITING, State.RUNNING}


@dataclass(slots=True)
class Errand:
    """One order: scripts or a command, for desktops. fail_threshold: so many failures of the grey
    batch and the others are skipped; 0: never."""

    id: str
    scripts: list[KeptScript]
    records: list[Record]
    grey_ids: list[str]
    fail_threshold: int
    timeout_s: int
    given_s: int
    is_stopped: bool = False
    rest_s: int | None = field(default=None)

    def advance(self, now_s: int) -> None:
        """Let the rest follow the grey batch, once that is over."""
        if self.rest_s is not None or self.is_stopped:
            return
        grey = [record for record in self.records if record.order == 1]
        if not all(record.is_over(now_s) for record in grey):
            return
        self.rest_s = max((record.ends_s or self.given_s for record in grey), default=self.given_s)
        failures = sum(1 for record in grey if record.ends_as is State.FAILED)
        is_halted = 0 < self.fail_threshold <= failures
        for record in self.records:
            if record.order != 1 and record.ends_as is State.WAITING:
                if is_halted:
                    record.ends_as = State.SKIP
                    record.reason = "The failures of the gray batch reached the threshold."
                else:
                    begin(record, self.rest_s, timeout_s=self.timeout_s)

    def state(self, now_s: int) -> str:
        states = {record.state(now_s) for record in self.records}
        if states & {State.WAITING, State.RUNNING}:
            return "RUNNING"
        return "FAILED" if states & {State.FAILED, State.SKIP, State.STOP} else "FINISH"

    def count(self, state: State, now_s: int) -> int:
        return sum(1 for record in self.records if record.state(now_s) is state)


def begin(record: Record, at_s: int, *, timeout_s: int) -> None:
    """Work out what a script will have done on its desktop, beginning now."""
    record.starts_s = at_s
    if not record.target.is_on:
        record.starts_s, record.ends_as = None, State.SKIP
        record.reason = "The desktop is not running."
        return
    is_fit = (record.kind == "SHELL") == (record.target.system == "Linux")
    if not is_fit:
        _end(record, 1, State.FAILED, "The script type does not match the operating system.")
        return
    said, code, lasts_s = interpret(record.content, record.target.name)
    known = reply_to(record.content, Desk(record.target.id, record.target.name))
    if known is not None:
        said, code, lasts_s = *known, 0
    usual_s = 2 + zlib.crc32(f"{record.id}{record.attempt}".encode()) % 9
    record.output = said
    if lasts_s + usual_s > timeout_s:
        _end(record, timeout_s, State.FAILED, "The script timed out.")
        return
    record.code = code
    is_good = code == 0
    why = "" if is_good else f"The script ended with the exit code {code}."
    _end(record, lasts_s + usual_s, State.SUCCESS if is_good else State.FAILED, why)


def _end(record: Record, after_s: int, state: State, reason: str) -> None:
    record.ends_s = (record.starts_s or 0) + after_s
    record.ends_as, record.reason = state, reason


def interpret(content: str, name: str) -> tuple[str, int, int]:
    """Return what a script says on a desktop, its exit code, and how long it sleeps."""
    said: list[str] = []
    code = lasts_s = 0
    for line in content.splitlines():
        if ends := _ENDS.match(line):
            code = int(ends["code"])
            break
        if sleeps := _SLEEPS.match(line):
            lasts_s += int(sleeps["s"])
        elif (says := _SAYS.match(line)) and says["text"].lower() not in _QUIET:
            said.append(_NAME.sub(name, says["text"].strip("\"'")))
    return "".join(f"{text}\n" for text in said), code, lasts_s
