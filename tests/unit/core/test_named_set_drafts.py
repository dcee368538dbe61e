"""What people paste becomes the values of a set, in one form and each once."""

import pytest

from yunwei.base.core.condition import NOTHING, Op, Term, compile_condition, parse_text
from yunwei.base.core.ids import TenantId
from yunwei.base.named_sets.facts import NO_SETS, Known, NamedSetDraft, SetBook, SetKind
from yunwei.base.named_sets.rules.drafts import check_draft, read_values
from yunwei.base.named_sets.rules.settling import fits, settle

TENANT = TenantId(7)


@pytest.mark.parametrize(
    ("kind", "pasted", "values"),
    [
        (SetKind.OBJECTS, " /host/1/ \r\n/host/2\n\n/host/1\n", ("/host/1", "/host/2")),
        (SetKind.ALARM_TYPES, "host.down，disk.slow;fan、psu\thost.down", None),
        (SetKind.ADDRESSES, "192.0.2.7/24\n2001:DB8::1\n192.0.2.0/24", None),
        (SetKind.TEXTS, "Room 1, Beijing\nRoom 2", ("Room 1, Beijing", "Room 2")),
    ],
)
def test_pasted_values_are_taken_apart(
    kind: SetKind, pasted: str, values: tuple[str, ...] | None
) -> None:
    expected = values or {
        SetKind.ALARM_TYPES: ("host.down", "disk.slow", "fan", "psu"),
        SetKind.ADDRESSES: ("192.0.2.0/24", "2001:db8::1"),
    }.get(kind)
    draft = NamedSetDraft(name=" s ", kind=kind, values=read_values(pasted, kind))
    checked = check_draft(draft, is_provider=False)
    assert (checked.name, checked.values) == ("s", expected)


def book(kind: SetKind, *values: str) -> SetBook:
    known = Known(id=1, version=3, kind=kind, values=values)
    return SetBook(by_tenant={TENANT: {"s": known}})


def test_a_condition_without_sets_stays_the_very_same() -> None:
    condition = parse_text('alarm_type == "a" && !(severity >= "major")')
    settled = settle(condition, TENANT, NO_SETS)
    assert settled.condition is condition
    assert (settled.lacking, settled.marks) == ((), frozenset())


def test_a_set_becomes_the_plain_term_that_its_field_is_asked_with() -> None:
    settled = settle(
        parse_text('in_set(managed_object, "s")'), TENANT, book(SetKind.OBJECTS, "/host/1")
    )
    assert settled.condition == Term(field="managed_object", op=Op.UNDER, value=("/host/1",))
    assert settled.marks == {("s", 1, 3)}


@pytest.mark.parametrize(
    "sets", [NO_SETS, book(SetKind.OBJECTS), book(SetKind.ALARM_TYPES, "/host/1")]
)
def test_unknown_empty_or_of_another_kind_matches_nothing_and_is_told(sets: SetBook) -> None:
    for text in ('in_set(managed_object, "s")', '!in_set(managed_object, "s")'):
        settled = settle(parse_text(text), TENANT, sets)
        assert settled.lacking == ("s",)
        assert not compile_condition(settled.condition)({"managed_object": "/host/1"})
    assert settle(parse_text('in_set(managed_object, "s")'), TENANT, sets).condition == NOTHING


def test_each_field_takes_its_kind_of_set() -> None:
    assert fits(SetKind.OBJECTS, "managed_object")
    assert not fits(SetKind.TEXTS, "managed_object")
    assert fits(SetKind.SOURCES, "source_name")
    assert fits(SetKind.TEXTS, "alarm_type")
    assert not fits(SetKind.OBJECTS, "severity")
    assert all(fits(kind, "raw.site") for kind in SetKind)
