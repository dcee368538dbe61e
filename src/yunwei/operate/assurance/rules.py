"""What a plan may say, whether its gate is open, and what a freeze stops. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.acts import Act, Permit, PermitReason
from yunwei.base.core.condition import compile_condition
from yunwei.base.core.errors import Invalid
from yunwei.monitor.inventory.rules.conditions import DESKTOP_FIELDS, read_condition
from yunwei.operate.assurance.facts import (
    ExceptionDraft,
    GateReason,
    GateView,
    Holding,
    PlanDraft,
    PlanKind,
)
from yunwei.operate.inspection.facts.inspections import Level, WholeInspection
from yunwei.operate.inspection.facts.templates import Gravity

MOST_AGE = timedelta(days=7)
"""An inspection older than this says nothing of an event any more."""
_LONGEST_NAME, _LONGEST_TEXT, _LONGEST = 200, 4000, timedelta(days=92)


def check_draft(draft: PlanDraft, *, now: datetime) -> PlanDraft:
    """Return a plan that can be so; raises Invalid at the field."""
    name = _check_name(draft.name.strip())
    for field in ("people", "duty", "note"):
        text = getattr(draft, field)
        if len(text) > _LONGEST_TEXT or "\0" in text:
            raise Invalid(field, "at most 4000 characters")
    _check_times(draft, now)
    if not draft.operations:
        raise Invalid("operations", "choose at least one operation")
    if not 0 <= draft.least_score <= 100:
        raise Invalid("least_score", "between 0 and 100")
    covers = draft.covers.strip()
    if covers:
        try:
            read_condition(covers)
        except Invalid as error:
            raise Invalid("covers", error.why) from error
    return replace(draft, name=name, covers=covers)


def _check_name(name: str) -> str:
    if not name:
        raise Invalid("name", "this is required")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid("name", "at most 200 characters")
    return name


def _check_times(draft: PlanDraft, now: datetime) -> None:
    if draft.ends_at <= draft.starts_at or draft.ends_at <= now:
        raise Invalid("ends_at", "it must end after it began, and not in the past")
    if draft.frozen_until <= draft.frozen_from:
        raise Invalid("frozen_until", "it must end after it began, and not in the past")
    if draft.ends_at - draft.starts_at > _LONGEST:
        raise Invalid("ends_at", "at most 92 days")
    if draft.frozen_until - draft.frozen_from > _LONGEST:
        raise Invalid("frozen_until", "at most 92 days")


def check_exception(draft: ExceptionDraft, *, now: datetime) -> ExceptionDraft:
    """Return an exception that can be so; raises Invalid at the field."""
    reason = draft.reason.strip()
    if not reason:
        raise Invalid("reason", "say why")
    if len(reason) > _LONGEST_TEXT or "\0" in reason:
        raise Invalid("reason", "at most 4000 characters")
    if draft.until <= now:
        raise Invalid("until", "it must end after it began, and not in the past")
    return replace(draft, reason=reason, who=draft.who.strip())


def judge_gate(draft: PlanDraft, inspection: WholeInspection | None, *, now: datetime) -> GateView:
    """Return whether a plan may start by the latest inspection of its tenant: sealed, not older
    than a week, with the score that is asked for and no critical check that fails."""
    if draft.kind is PlanKind.FREEZE:
        return GateView(reason=GateReason.NOT_NEEDED)
    if inspection is None or inspection.content is None or inspection.row.measured_at is None:
        return GateView(reason=GateReason.NO_INSPECTION)
    row = inspection.row

    def said(reason: GateReason) -> GateView:
        return GateView(reason=reason, inspection=row.id, code=row.code)

    if row.sealed_at is None or not inspection.is_intact:
        return said(GateReason.NOT_SEALED)
    if now - inspection.content.at > MOST_AGE:
        return said(GateReason.TOO_OLD)
    if _fails_critically(inspection):
        return said(GateReason.CRITICAL)
    if row.score is None or row.score < draft.least_score:
        return said(GateReason.TOO_LOW)
    return said(GateReason.PASSED)


def _fails_critically(inspection: WholeInspection) -> bool:
    content = inspection.content
    checks = content.results if content else ()
    items = content.items if content else ()
    return any(
        each.level is Level.FAILED and each.check.gravity is Gravity.CRITICAL for each in checks
    ) or any(
        answer.level is Level.FAILED and item.gravity is Gravity.CRITICAL
        for item in items
        if (answer := inspection.answers.get(item.name)) is not None
    )


def is_frozen_now(draft: PlanDraft, *, now: datetime) -> bool:
    return draft.frozen_from <= now < draft.frozen_until


def hold(act: Act, by: str, holding: Iterable[Holding], *, now: datetime) -> Permit | None:
    """Return what freezes an act, None when nothing does. Acts of the customer's own people are
    frozen as well: the customer agreed to it. outside: the things that are frozen."""
    for each in holding:
        draft = each.plan.draft
        if act.operations.isdisjoint(draft.operations) or not is_frozen_now(draft, now=now):
            continue
        frozen = _covered(act, draft.covers)
        if frozen is None or by in each.excepted:
            continue
        return Permit(
            is_allowed=False,
            reason=PermitReason.FROZEN,
            outside=frozen,
            note=f"{each.plan.code} {draft.name}",
        )
    return None


def _covered(act: Act, covers: str) -> tuple[str, ...] | None:
    """Return the names of the things that a freeze covers, None when it covers none of them. What
    is about no desktop in particular is covered."""
    if not covers or not act.things:
        return ()
    matches = compile_condition(read_condition(covers), fields=DESKTOP_FIELDS)
    names: Sequence[str] = [each.name for each in act.things if matches(each.row)]
    return tuple(names) or None
