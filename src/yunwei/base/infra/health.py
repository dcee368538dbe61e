"""What a process says about itself: /healthz as data, /metrics as Prometheus reads it. No HTTP.

Whoever builds a process registers its checks; whoever serves asks for the report. Metrics and
texts are seen without sign-in: they name engines and roles, never tenants or people.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from yunwei.base.core.errors import YunweiError

METRICS_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one engine or role is. figures: small numbers or words worth showing beside it."""

    is_ok: bool
    text: str = ""
    figures: dict[str, float | int | str | None] = field(default_factory=dict)


type Check = Callable[[], Health]
"""Answers at once, from what is known; any thread. A YunweiError says: not well."""

_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> Callable[[], None]:
    """Ask `check` in every report, under `name`; returns how to stop."""
    _checks[name] = check

    def forget() -> None:
        if _checks.get(name) is check:
            del _checks[name]

    return forget


def report() -> tuple[bool, dict[str, object]]:
    """Return whether all is well, and the body of /healthz.

    Body: {"status": "ok" or "failing", NAME: {"status": …, "text": …, figures…}, …}.
    """
    found = {name: _ask(check) for name, check in sorted(_checks.items())}
    is_ok = all(each.is_ok for each in found.values())
    return is_ok, {"status": _word(is_ok)} | {name: _tell(each) for name, each in found.items()}


def metrics() -> bytes:
    """Return this process's metrics as text (`METRICS_TYPE`)."""
    return generate_latest()


def _ask(check: Check) -> Health:
    try:
        return check()
    except YunweiError as error:
        return Health(is_ok=False, text=error.message)


def _tell(health: Health) -> dict[str, object]:
    told: dict[str, object] = {"status": _word(health.is_ok), **health.figures}
    return told | {"text": health.text} if health.text else told


def _word(is_ok: bool) -> str:
    return "ok" if is_ok else "failing"
