"""The checkup of a mask rule in sentences, each with its evidence. No page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from yunwei.faces.web.shared.say import say_time
from yunwei.monitor.governance.facts.hygiene import (
    BROAD_SHARE,
    STALE_DAYS,
    WINDOW_DAYS,
    Checkup,
    Evidence,
    Flag,
)
from yunwei.monitor.governance.facts.masks import MaskRule, RuleState


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """One thing that was noticed. other: the id of the rule that it names, None for none."""

    flag: Flag
    text: str
    other: int | None = None


def tell_checkup(checkup: Checkup | None, rule: MaskRule) -> list[Noticed]:
    """Return what to say of a rule; [] when nothing was noticed."""
    if checkup is None:
        return []
    evidence = checkup.evidence
    is_shadow = rule.state is RuleState.SHADOW
    aside = " " + _("It is in shadow: so many it would have hidden.") if is_shadow else ""
    return [
        Noticed(
            flag=flag,
            text=_SENTENCES[flag](rule, evidence) + (aside if flag in _COUNTING else ""),
            other=evidence.other if flag is Flag.OVERLAPPED else None,
        )
        for flag in checkup.flags
    ]


_COUNTING = frozenset({Flag.EVERYTHING, Flag.BROAD, Flag.CRITICAL, Flag.OVERLAPPED})


def _stale(rule: MaskRule, evidence: Evidence) -> str:
    if evidence.last_hit_at is None:
        return _("In force since %(since)s, and it has never hidden an alarm.") % {
            "since": say_time(evidence.live_since)
        }
    return _("No hit for %(days)s days and more: the last one was at %(last)s.") % {
        "days": STALE_DAYS,
        "last": say_time(evidence.last_hit_at),
    }


def _everything(rule: MaskRule, evidence: Evidence) -> str:
    return _("Its condition matches whatever comes: %(hidden)s alarms in %(days)s days.") % {
        "hidden": number_format(evidence.hidden, force_grouping=True),
        "days": WINDOW_DAYS,
    }


def _broad(rule: MaskRule, evidence: Evidence) -> str:
    return _(
        "It hid %(hidden)s of %(total)s alarms in %(days)s days, %(share)s %%; more than "
        "%(limit)s %% is much for one rule."
    ) % {
        "hidden": number_format(evidence.hidden, force_grouping=True),
        "total": number_format(evidence.total, force_grouping=True),
        "days": WINDOW_DAYS,
        "share": round(100 * evidence.hidden / max(1, evidence.total)),
        "limit": round(100 * BROAD_SHARE),
    }


def _critical(rule: MaskRule, evidence: Evidence) -> str:
    return _(
        "%(critical)s of the %(hidden)s alarms that it hid in %(days)s days were Critical."
    ) % {
        "critical": number_format(evidence.critical, force_grouping=True),
        "hidden": number_format(evidence.hidden, force_grouping=True),
        "days": WINDOW_DAYS,
    }


def _overlapped(rule: MaskRule, evidence: Evidence) -> str:
    return _(
        "Of %(hidden)s alarms in %(days)s days another rule had hidden %(first)s before it did: "
        "“%(name)s”. It may be needless."
    ) % {
        "hidden": number_format(evidence.hidden, force_grouping=True),
        "first": number_format(evidence.other_first, force_grouping=True),
        "days": WINDOW_DAYS,
        "name": evidence.other_name,
    }


def _ownerless(rule: MaskRule, evidence: Evidence) -> str:
    return _("Its owner, %(owner)s, is not here any more: nobody hears that it ends.") % {
        "owner": rule.owner
    }


def _expiring(rule: MaskRule, evidence: Evidence) -> str:
    return _("It ends at %(end)s; in %(days)s days it hid %(hidden)s alarms.") % {
        "end": say_time(rule.expires_at),
        "hidden": number_format(evidence.hidden, force_grouping=True),
        "days": WINDOW_DAYS,
    }


_SENTENCES: dict[Flag, Callable[[MaskRule, Evidence], str]] = {
    Flag.STALE: _stale,
    Flag.EVERYTHING: _everything,
    Flag.BROAD: _broad,
    Flag.CRITICAL: _critical,
    Flag.OVERLAPPED: _overlapped,
    Flag.OWNERLESS: _ownerless,
    Flag.EXPIRING: _expiring,
}
