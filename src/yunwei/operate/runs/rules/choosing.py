"""Which desktops a person means: names are read, conditions asked, everything once. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from yunwei.base.core.condition import (
    Condition,
    Field,
    FieldSet,
    Kind,
    Label,
    compile_condition,
    parse_text,
)
from yunwei.base.core.errors import Invalid
from yunwei.operate.runs.facts.runs import Candidate, Choice, Chosen
from yunwei.operate.runs.rules.plan import MOST_TARGETS

_BREAKS = re.compile(r"[\n\r,;，；\t]+")
_LONGEST_NAME = 200


def _word(name: str, zh: str, en: str, *, is_optional: bool = True) -> Field:
    label = Label(zh=zh, en=en)
    return Field(name=name, kind=Kind.WORD, label=label, is_optional=is_optional, share=0.1)


def _choice(name: str, zh: str, en: str, words: Mapping[str, tuple[str, str]]) -> Field:
    labels = {word: Label(zh=said[0], en=said[1]) for word, said in words.items()}
    return Field(name=name, kind=Kind.CHOICE, label=Label(zh=zh, en=en), labels=labels, share=0.3)


DESKTOP_FIELDS = FieldSet(
    name="desktops",
    fields=(
        _word("name", "桌面名称", "Name", is_optional=False),
        _word("native_id", "数据源中的编号", "Id in the source", is_optional=False),
        _word("source_name", "数据源名称", "Source's name", is_optional=False),
        _word("pool", "桌面池", "Pool"),
        _word("host", "主机", "Host"),
        _word("site", "站点", "Site"),
        _word("image", "镜像", "Image"),
        _word("desktop_kind", "桌面类型", "Kind of desktop"),
        _word("operating_system", "操作系统", "Operating system"),
        _word("agent_version", "代理版本", "Agent's version"),
        _choice(
            "state",
            "状态",
            "State",
            {
                "running": ("运行中", "Running"),
                "stopped": ("已关机", "Stopped"),
                "hibernated": ("已休眠", "Hibernated"),
                "changing": ("变化中", "Changing"),
                "error": ("异常", "Error"),
                "unknown": ("未知", "Unknown"),
            },
        ),
        _choice(
            "login_state",
            "登录状态",
            "Login state",
            {
                "connected": ("已连接", "Connected"),
                "disconnected": ("已断开", "Disconnected"),
                "ready": ("就绪", "Ready"),
                "unregistered": ("未注册", "Unregistered"),
                "unknown": ("未知", "Unknown"),
            },
        ),
        Field(
            name="tags",
            kind=Kind.TAGS,
            label=Label(zh="标签", en="Tags"),
            share=0.1,
        ),
    ),
)
"""What a condition on desktops may name."""


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
    if not any(said) and choice.retry_of is None:
        raise Invalid("targets", "say which desktops are meant")
    return choice


def read_condition(text: str) -> Condition:
    """Return a condition on desktops; raises Invalid (condition), with the place."""
    return parse_text(text, fields=DESKTOP_FIELDS)


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
    }
