"""What makes a mask rule acceptable. Pure."""

from datetime import datetime, timedelta

from yunwei.base.core.calendar_times import check_times
from yunwei.base.core.condition import Condition, parse_condition
from yunwei.base.core.errors import Invalid
from yunwei.monitor.governance.facts.masks import Effect, MaskRule, MaskRuleDraft
from yunwei.monitor.governance.rules.breadth import names_critical
from yunwei.monitor.governance.rules.life import QUICK_LIFE

LONGEST_LIFE = timedelta(days=730)
_LONGEST_NAME = 200
_LONGEST_FLEX_MINUTES = 7 * 24 * 60


def check_draft(draft: MaskRuleDraft, now: datetime) -> Condition:
    """Return the draft's condition; raises Invalid naming the first field that is wrong."""
    _check_words(draft)
    check_life(draft, now)
    if (draft.effect is Effect.DOWNGRADE) != (draft.downgrade_to is not None):
        raise Invalid("downgrade_to", "a downgrade, and only that, names a severity")
    condition = parse_condition(draft.condition)
    if names_critical(condition) and not draft.hides_critical:
        raise Invalid("hides_critical", "the condition names Critical: say that Critical is meant")
    if draft.times is not None:
        check_times(draft.times)
    if draft.lasts_minutes is not None and not 1 <= draft.lasts_minutes <= _LONGEST_FLEX_MINUTES:
        raise Invalid("lasts_minutes", f"between 1 and {_LONGEST_FLEX_MINUTES}")
    return condition


def _check_words(draft: MaskRuleDraft) -> None:
    if not draft.name.strip():
        raise Invalid("name", "a rule needs a name")
    if len(draft.name) > _LONGEST_NAME:
        raise Invalid("name", f"at most {_LONGEST_NAME} characters")
    if not draft.reason.strip():
        raise Invalid("reason", "a rule needs a reason")


def check_life(draft: MaskRuleDraft | MaskRule, now: datetime) -> None:
    """Raise Invalid when a rule can not live from then until then."""
    starts_at = draft.starts_at or now
    if draft.expires_at <= now:
        raise Invalid("expires_at", "the end must be in the future")
    if draft.expires_at - now > LONGEST_LIFE:
        raise Invalid("expires_at", f"at most {LONGEST_LIFE.days} days from now")
    if starts_at >= draft.expires_at:
        raise Invalid("starts_at", "the start must be before the end")
    if draft.expires_at - starts_at > QUICK_LIFE and not draft.ticket.strip():
        raise Invalid("ticket", "a rule that lives longer than a day needs a ticket")
