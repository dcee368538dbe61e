"""What makes a mask rule acceptable. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yunwei.base.core.condition import Op, Term, parse_condition
from yunwei.base.core.errors import Invalid
from yunwei.monitor.governance.facts.masks import Effect, MaskRuleDraft, Window

LONGEST_LIFE = timedelta(days=90)
_DAY_MINUTES = 24 * 60


def check_draft(draft: MaskRuleDraft, now: datetime) -> None:
    """Raise Invalid naming the first field that is wrong."""
    if not draft.name.strip():
        raise Invalid("name", "a rule needs a name")
    if not draft.reason.strip():
        raise Invalid("reason", "a rule needs a reason")
    if draft.expires_at <= now:
        raise Invalid("expires_at", "the end must be in the future")
    if draft.expires_at - now > LONGEST_LIFE:
        raise Invalid("expires_at", f"at most {LONGEST_LIFE.days} days from now")
    if draft.starts_at is not None and draft.starts_at >= draft.expires_at:
        raise Invalid("starts_at", "the start must be before the end")
    if (draft.effect is Effect.DOWNGRADE) != (draft.downgrade_to is not None):
        raise Invalid("downgrade_to", "a downgrade, and only that, names a severity")
    condition = parse_condition(draft.condition)
    if isinstance(condition, Term) and condition.op is Op.ALWAYS:
        raise Invalid("condition", "a rule that masks everything is not allowed")
    _check_window(draft.window)


def _check_window(window: Window) -> None:
    for field, minute in (("from", window.from_minute), ("until", window.until_minute)):
        if not 0 <= minute <= _DAY_MINUTES:
            raise Invalid(f"window.{field}_minute", "between 0 and 1440")
    if any(day not in range(7) for day in window.weekdays):
        raise Invalid("window.weekdays", "0 (Monday) to 6 (Sunday)")
    try:
        ZoneInfo(window.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("window.time_zone", "there is no such time zone") from error
