"""How a request goes: who may agree, how many a person may have, when it is begun. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.operate.selfservice.facts.requests import (
    Cost,
    RequestRow,
    RequestRule,
    RequestState,
    Step,
)

LOOKED_FOR = timedelta(minutes=15)
"""So long it is looked for whether a change was made whose answer was lost."""
FOLLOWED_FOR = timedelta(hours=2)
_MOST_APPROVERS = 20
_MOST_COST = Decimal(99_999_999)
_LONGEST_NOTE = 200
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_S = RequestState


def check_rule(rule: RequestRule, *, time_zone: str) -> RequestRule:
    """Return a rule as it is kept; raises Invalid at the field."""
    for field in ("most_open", "most_within", "most_of_tenant"):
        if not 0 <= getattr(rule, field) <= 10_000:
            raise Invalid(field, "between 0 and 10000")
    if not 1 <= rule.expires_days <= 365:
        raise Invalid("expires_days", "between 1 and 365")
    if len(rule.approvers) > _MOST_APPROVERS:
        raise Invalid("approvers", "at most 20 people")
    if rule.frozen:
        parse_times_text(rule.frozen, time_zone=time_zone, field="frozen")
    if len(rule.like) > 200:
        raise Invalid("like", "at most 200 characters")
    return replace(rule, cost=check_cost(rule.cost))


def check_cost(cost: Cost) -> Cost:
    """Return a cost as it is kept; raises Invalid at the field."""
    for name, amount in (("monthly", cost.monthly), ("once", cost.once)):
        if not (amount.is_finite() and 0 <= amount <= _MOST_COST):
            raise Invalid(name, "between 0 and 99999999")
        if amount != round(amount, 2):
            raise Invalid(name, "at most two digits after the point")
    currency = cost.currency.strip().upper()
    is_any = bool(cost.monthly or cost.once)
    if (currency or is_any) and not _CURRENCY.fullmatch(currency):
        raise Invalid("currency", "three letters, such as CNY")
    note = " ".join(cost.note.split())
    if len(note) > _LONGEST_NOTE:
        raise Invalid("cost_note", "at most 200 characters")
    return replace(cost, currency=currency, note=note)


def check_quota(rule: RequestRule, *, open_now: int, within: int, of_tenant: int) -> None:
    """Raise Conflict when a person, or the tenant, has asked for as much as they may."""
    if not rule.is_offered:
        raise Conflict("this is not offered")
    if rule.most_open and open_now >= rule.most_open:
        raise Conflict("you have asked for this already; wait until that is decided and done")
    if rule.most_within and within >= rule.most_within:
        raise Conflict("you have asked for this as often as you may within 30 days")
    if rule.most_of_tenant and of_tenant >= rule.most_of_tenant:
        raise Conflict("your organisation's quota of this for 30 days is used up")


def first_state(rule: RequestRule, asked_by: str) -> RequestState:
    """Return for whom it waits first. Nobody approves their own."""
    if any(each != asked_by for each in rule.approvers):
        return _S.LINE
    return _S.PROVIDER if rule.needs_provider else _S.APPROVED


def after_approval(request: RequestRow) -> RequestState:
    """Return for whom it waits next."""
    if request.state is _S.LINE and request.needs_provider:
        return _S.PROVIDER
    return _S.APPROVED


def check_decidable(request: RequestRow, by: str, *, now: datetime) -> None:
    """Raise Conflict unless somebody may approve or decline it now."""
    if not request.state.awaits_approval:
        raise Conflict("this request waits for no approval")
    if now >= request.expires_at:
        raise Conflict("this request has expired")
    if request.asked_by == by:
        raise Conflict("nobody approves a request of their own")


def check_cancellable(request: RequestRow) -> None:
    """Raise Conflict when it is too late to take a request back."""
    if request.state not in (_S.LINE, _S.PROVIDER, _S.APPROVED):
        raise Conflict("it is too late to take this back")


def judge_steps(steps: Sequence[Step]) -> RequestState:
    """Return how a request stands whose steps stand so."""
    if any(each.state.is_wrong for each in steps):
        return _S.STUCK
    if all(each.state.is_over for each in steps):
        return _S.FULFILLED
    return _S.FULFILLING


def next_step(steps: Sequence[Step]) -> Step | None:
    """Return the step that is to be done, or followed, now; None when it is for a person."""
    return next((each for each in steps if not each.state.is_over), None)


def made_name(request: int) -> str:
    """Return what a desktop is called that is made for a request: nothing else ever is."""
    return f"YWR-{request:06d}"
