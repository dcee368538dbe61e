"""How desktops ended in a run: said in words, and as addresses have it. Asks nothing."""

from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import gettext

from yunwei.base.core.errors import Invalid
from yunwei.faces.web.shared.words import Text, options, word
from yunwei.operate.runs.facts.runs import OPEN, Outcome, TargetState
from yunwei.operate.runs.rules.following import read_exit_codes


def say_outcome(outcome: Outcome) -> str:
    """Return, in the viewer's language, how a desktop has to have ended."""
    parts = [", ".join(str(word("target_state", each).label) for each in outcome.states)]
    if outcome.reason:
        parts.append(str(word("target_reason", outcome.reason).label))
    if outcome.exit_codes:
        codes = ", ".join(map(str, outcome.exit_codes))
        parts.append(gettext("exit code %(codes)s") % {"codes": codes})
    if outcome.digest is not None:
        parts.append(gettext("printed the same"))
    return " · ".join(part for part in parts if part) or gettext("all that ended")


def ended_options() -> list[tuple[str, Text]]:
    """Return the states in which a desktop ends, as choices."""
    return [each for each in options("target_state") if TargetState(each[0]) not in OPEN]


def read_query(sent: QueryDict) -> Outcome:
    """Return what an address asks for; raises Invalid."""
    return Outcome(
        states=read_states(sent.getlist("state"), "states"),
        exit_codes=read_exit_codes(",".join(sent.getlist("exit_code"))),
        digest=sent.get("digest"),
        reason=sent.get("reason"),
    )


def write_query(outcome: Outcome) -> QueryDict:
    """Return the same as an address has it."""
    query = QueryDict(mutable=True)
    query.setlist("state", [each.value for each in outcome.states])
    if outcome.exit_codes:
        query["exit_code"] = ",".join(map(str, outcome.exit_codes))
    for key, text in (("digest", outcome.digest), ("reason", outcome.reason)):
        if text is not None:
            query[key] = text
    return query


def read_states(texts: Sequence[str], field: str) -> tuple[TargetState, ...]:
    """Return states by their words; raises Invalid."""
    try:
        return tuple(TargetState(each) for each in texts if each)
    except ValueError as error:
        raise Invalid(field, "this is not one of the choices") from error
