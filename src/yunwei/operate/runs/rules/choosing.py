"""Which desktops a person means: names are read, conditions asked, everything once. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from yunwei.base.core.condition import compile_condition
from yunwei.base.core.errors import Invalid
from yunwei.monitor.inventory.rules.conditions import DESKTOP_FIELDS, read_condition
from yunwei.operate.runs.facts.runs import Candidate, Choice, Chosen
from yunwei.operate.runs.rules.following import check_outcome
from yunwei.operate.runs.rules.plan import MOST_TARGETS

_BREAKS = re.compile(r"[\n\r,;，；\t]+")
_LONGEST_NAME = 200


def read_names(text: str) -> tuple[str, ...]:
    """Return the names of a list: one a line, or between commas; each once, as they came."""
    found = (part.strip().strip('"') for part in _BREAKS.split(text.lstrip("\ufeff")))
    return tuple(dict.fromkeys(part for part in found if part))


def check_choice(choice: Choice) -> Choice:
    """Return a choice in its one form; raises Invalid."""
    names = tuple(dict.fromkeys(name.strip() for name in choice.names if name.strip()))
    choice = replace(choice, names=names, condition=choice.condition.strip())
    if len(choice.names) > MOST_TARGETS:
        raise Invalid("names", "at most 100,000 names")
    if any(len(name) > _LONGEST_NAME for name in choice.names):
        raise Invalid("names", "this is no list of names")
    if choice.condition:
        read_condition(choice.condition)
    said = (choice.names, choice.pools, choice.condition, choice.desktops)
    if choice.follows is not None:
        return _check_follows(choice)
    if not any(said) and choice.retry_of is None:
        raise Invalid("targets", "say which desktops are meant")
    return choice


def _check_follows(choice: Choice) -> Choice:
    """A run that follows another is on what came out of that one, and on nothing else."""
    follows = choice.follows
    if follows is None or choice.names or choice.pools or choice.condition or choice.retry_of:
        raise Invalid("targets", "a run that follows another is on desktops of that run only")
    return replace(choice, follows=replace(follows, outcome=check_outcome(follows.outcome)))


def choose(choice: Choice, candidates: Sequence[Candidate]) -> Chosen:
    """Return those of a tenant's desktops that are meant, each once, in the order of their names.

    Names are taken as they stand, whatever case; a name that several desktops have means none.
    """
    found: dict[int, Candidate] = {}
    missing: list[str] = []
    doubtful: list[str] = []
    named = _by_name(candidates) if choice.names else {}
    for name in choice.names:
        matches = named.get(name.casefold(), [])
        if len(matches) == 1:
            found[matches[0].desktop] = matches[0]
        else:
            (doubtful if matches else missing).append(name)
    for each in _asked(choice, candidates):
        found[each.desktop] = each
    ordered = sorted(found.values(), key=lambda each: (each.name.casefold(), each.desktop))
    return Chosen(candidates=tuple(ordered), missing=tuple(missing), doubtful=tuple(doubtful))


def _by_name(candidates: Iterable[Candidate]) -> Mapping[str, list[Candidate]]:
    named: defaultdict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        for name in {each.name.casefold(), each.native_id.casefold()}:
            named[name].append(each)
    return named


def _asked(choice: Choice, candidates: Iterable[Candidate]) -> Iterable[Candidate]:
    pools, desktops = frozenset(choice.pools), frozenset(choice.desktops)
    matches = None
    if choice.condition:
        matches = compile_condition(read_condition(choice.condition), fields=DESKTOP_FIELDS)
    for each in candidates:
        is_listed = each.pool in pools or each.desktop in desktops
        if is_listed or (matches is not None and matches(each.row)):
            yield each


def describe_choice(choice: Choice) -> dict[str, Any]:
    """Return a choice as it is kept and audited."""
    return {
        "names": list(choice.names),
        "pools": list(choice.pools),
        "condition": choice.condition,
        "desktops": list(choice.desktops),
        "retry_of": choice.retry_of,
        "follows": msgspec.to_builtins(choice.follows),
    }
