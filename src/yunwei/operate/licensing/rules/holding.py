"""Who could give back what they hold, and which reasons name a licence. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from yunwei.base.core.errors import Invalid
from yunwei.operate.licensing.facts import Account, GivingBack, Holder, HolderCounts

USUAL_DAYS, MOST_DAYS = 30, 90

# Sources word their reasons themselves; what they have in common is the word.
_LICENCE = re.compile(r"licen[cs]|许可|授权(数|不足|已|用户)|lizenz", re.IGNORECASE)


def check_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days", f"between 1 and {MOST_DAYS}")


def names_licence(reason: str) -> bool:
    """Return whether a reason of failure is that licences are wanting."""
    return bool(_LICENCE.search(reason))


def judge(
    account: Account,
    last_at: datetime | None,
    known_from: datetime | None,
    *,
    days: int,
    now: datetime,
) -> Holder:
    """Return an account with why it could give back what it holds.

    last_at: until when a connection of it is known. known_from: since when its source's
    connections are known, None: not at all.
    """
    if account.sessions:
        last_at = now
    since = last_at or (max(account.first_seen_at, known_from) if known_from else None)
    unused = None if since is None else max(timedelta(), now - since)
    is_judged = known_from is not None and now - known_from >= timedelta(days=days)
    return Holder(
        account=account,
        last_at=last_at,
        unused_days=None if unused is None else unused.days,
        is_judged=is_judged,
        reason=_reason(account, last_at, unused if is_judged else None, days),
    )


def _reason(
    account: Account, last_at: datetime | None, unused: timedelta | None, days: int
) -> GivingBack | None:
    if account.sessions:
        return None
    if account.is_disabled:
        return GivingBack.DISABLED
    if unused is None or unused < timedelta(days=days):
        return None
    return GivingBack.NEVER_USED if last_at is None else GivingBack.UNUSED


def summarize(found: Iterable[Holder]) -> HolderCounts:
    listed = tuple(found)
    returning = [each for each in listed if each.reason]
    return HolderCounts(
        accounts=len(listed),
        holders=sum(bool(each.account.desktops or each.account.sessions) for each in listed),
        connected=sum(bool(each.account.sessions) for each in listed),
        could_return=len(returning),
        desktops=sum(each.account.own_desktops for each in returning),
        by_reason=dict(Counter(each.reason for each in returning if each.reason)),
        not_judged=sum(not each.is_judged for each in listed),
    )
