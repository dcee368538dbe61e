"""Reads templates of inspections, which are written as TOML. Pure."""

import hashlib
import tomllib
from collections import Counter
from typing import Any

import msgspec

from yunwei.base.core.errors import Invalid
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.templates import (
    CheckSpec,
    Criterion,
    Domain,
    Gravity,
    ItemSpec,
    Template,
)
from yunwei.operate.inspection.rules.measures import MEASURES

_FIELD = "text"
_LONGEST = 100_000
_LONGEST_SAID = 500
_MOST = 200


class _Check(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    domain: Domain
    title: Said
    measure: str
    gravity: Gravity
    advice: Said
    warn: float | None = None
    fail: float | None = None
    is_low_bad: bool = False
    weight: int = 1


class _Item(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    title: Said
    how: Said
    gravity: Gravity = Gravity.MINOR
    domain: Domain = Domain.ON_SITE
    weight: int = 1


class _Whole(msgspec.Struct, forbid_unknown_fields=True):
    title: Said
    check: list[_Check] = []
    item: list[_Item] = []


def parse_template(text: str) -> Template:
    """Return the template that a text says; raises Invalid, saying where it is wrong."""
    if len(text) > _LONGEST:
        raise Invalid(_FIELD, "at most 100000 characters")
    try:
        told: dict[str, Any] = tomllib.loads(text)
        whole = msgspec.convert(told, _Whole, strict=False)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(_FIELD, f"this is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise Invalid(_FIELD, f"this can not be read: {error}") from error
    return _check_whole(whole)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check_whole(whole: _Whole) -> Template:
    if not whole.check and not whole.item:
        raise Invalid(_FIELD, "a template asks at least one thing")
    if len(whole.check) + len(whole.item) > _MOST:
        raise Invalid(_FIELD, "at most 200 checks and items")
    _check_said("title", whole.title)
    made = Template(
        title=whole.title,
        checks=tuple(_build_check(each) for each in whole.check),
        items=tuple(_build_item(each) for each in whole.item),
    )
    name, count = Counter(made.names).most_common(1)[0]
    if count > 1:
        raise Invalid(_FIELD, f"{name} is there twice")
    return made


def _build_check(told: _Check) -> CheckSpec:
    _check_common(told)
    _check_said(told.name, told.advice)
    if told.measure not in MEASURES:
        raise _wrong(told.name, f"there is no such measure: {told.measure}")
    if told.warn is None and told.fail is None:
        raise _wrong(told.name, "say from where on it warns or fails")
    is_out_of_order = (
        told.warn is not None
        and told.fail is not None
        and (told.fail > told.warn if told.is_low_bad else told.fail < told.warn)
    )
    if is_out_of_order:
        raise _wrong(told.name, "it fails before it warns")
    return CheckSpec(
        name=told.name,
        domain=told.domain,
        title=told.title,
        measure=told.measure,
        criterion=Criterion(warn=told.warn, fail=told.fail, is_low_bad=told.is_low_bad),
        gravity=told.gravity,
        weight=told.weight,
        advice=told.advice,
    )


def _build_item(told: _Item) -> ItemSpec:
    _check_common(told)
    _check_said(told.name, told.how)
    return ItemSpec(
        name=told.name,
        domain=told.domain,
        title=told.title,
        how=told.how,
        gravity=told.gravity,
        weight=told.weight,
    )


def _check_common(told: _Check | _Item) -> None:
    is_name = told.name.replace("_", "a").isalnum() and told.name.isascii()
    if not is_name or len(told.name) > 60:
        raise Invalid(_FIELD, f"a name is made of letters, digits and _: {told.name[:60]}")
    _check_said(told.name, told.title)
    if not 1 <= told.weight <= 100:
        raise _wrong(told.name, "its weight is between 1 and 100")


def _check_said(name: str, said: Said) -> None:
    for text in (said.zh, said.en):
        if not text.strip() or len(text) > _LONGEST_SAID or not text.isprintable():
            raise _wrong(name, "say it in both languages, in at most 500 characters")


def _wrong(name: str, why: str) -> Invalid:
    return Invalid(_FIELD, f"{name}: {why}")
