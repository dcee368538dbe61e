"""Every move that a ticket may not make is refused, for both sides; contract years are years."""

import itertools
from datetime import UTC, date, datetime

import pytest

from tests.support.service import terms
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketState
from yunwei.operate.service.rules.tickets import (
    check_entry,
    contract_year,
    may_write,
    next_state,
)

TERMS = terms(datetime(2026, 6, 3, tzinfo=UTC), starts_on=date(2024, 2, 29))


@pytest.mark.parametrize(
    ("state", "kind", "side"), list(itertools.product(TicketState, EntryKind, ContractSide))
)
def test_what_may_be_written_moves_and_all_else_is_refused(
    state: TicketState, kind: EntryKind, side: ContractSide
) -> None:
    allowed = kind in may_write(state, side)
    try:
        next_state(state, kind, side)
    except (Conflict, Refused):
        assert not allowed
    else:
        assert allowed


@pytest.mark.parametrize("state", [TicketState.CLOSED, TicketState.CANCELLED])
@pytest.mark.parametrize("side", ContractSide)
def test_what_is_over_moves_no_more(state: TicketState, side: ContractSide) -> None:
    assert set(may_write(state, side)) <= {EntryKind.NOTED}


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (EntryKind.REPLIED, "text"),
        (EntryKind.RESOLVED, "text"),
        (EntryKind.WAITED, "reason"),
        (EntryKind.ASSIGNED, "assignee"),
    ],
)
def test_an_entry_says_what_it_has_to(kind: EntryKind, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_entry(EntryDraft(kind=kind))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2024, 2, 29), (date(2024, 2, 29), date(2025, 3, 1))),
        (date(2025, 2, 28), (date(2024, 2, 29), date(2025, 3, 1))),
        (date(2025, 3, 1), (date(2025, 3, 1), date(2026, 3, 1))),
        (date(2026, 6, 3), (date(2026, 3, 1), date(2027, 3, 1))),
    ],
)
def test_a_contracts_year_begins_on_its_day(day: date, year: tuple[date, date]) -> None:
    assert contract_year(TERMS, day) == year
