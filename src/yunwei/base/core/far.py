"""What all ways to run a script on another machine have in common: the task, what became of it, and
what the machine showed of itself. How a machine is reached is in `infra.ssh` and `infra.winrm`."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(kw_only=True)
class Offer:
    """The key that a host showed, and its fingerprint; "" as long as it showed none. Over WinRM it
    is a certificate."""

    key: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be run. mark: ever used once; its processes are known by it."""

    mark: str
    language: str
    body: str
    environment: Mapping[str, str]
    timeout_s: float


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of a task that was begun. code: its own, None when it has none to tell. is_late:
    it was ended because it took too long; is_stopped: because it was not wanted any more. is_lost:
    nobody knows whether it came to an end."""

    code: int | None
    is_late: bool = False
    is_stopped: bool = False
    is_lost: bool = False
    refusal: str = ""
