"""A door: who may pass it, and what they and the others get. The table is in `personas`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.people import PEOPLE

EVERYBODY = " ".join(PEOPLE)
ANYBODY = f"{EVERYBODY} nobody"
MONITORS = "root olga mia audrey kai"
"""Who sees monitoring of customer A. Chen sees monitoring too, but not A's."""
MONITORS_ANY = f"{MONITORS} chen"
PEOPLE_SEERS = "root mia audrey kai"
OPERATORS = "root olga mia"
"""Who acts on alarms and makes rules for customer A; for things of any tenant Chen does, too."""
OPERATORS_ANY = f"{OPERATORS} chen"
MANAGERS = "root mia"
"""Who changes calendars and schedules."""
RULE_SEERS = f"{OPERATORS} audrey"
RULE_SEERS_ANY = f"{RULE_SEERS} chen"

type World = dict[str, int | str]
type Data = Mapping[str, Any] | Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Door:
    """who: let in. ok: what they get. refused: what others get who are signed in. nobody: what
    nobody gets (None: what is usual). data: sent as a form (pages) or JSON (REST)."""

    who: str
    ok: int = 200
    refused: int = 404
    nobody: int | None = None
    method: str = "get"
    at: Mapping[str, str] = field(default_factory=dict)
    data: Data | None = None
    query: str = ""

    def expected(self, persona: str, *, usual_for_nobody: int) -> int:
        if persona in self.who.split():
            return self.ok
        if persona == "nobody":
            return usual_for_nobody if self.nobody is None else self.nobody
        return self.refused


def door(who: str, ok: int = 200, **details: Any) -> Door:
    return Door(who=who, ok=ok, **details)
