"""What matches of mask rules leave behind beside silence: hits in shadow, flexible rules begun."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from yunwei.base.infra.postgres import Connection
from yunwei.monitor.governance.facts.decisions import Decision, Judgement
from yunwei.monitor.governance.store import judgements as store
from yunwei.monitor.governance.store import mask_rules


def note_matches(conn: Connection, judgements: Iterable[Judgement], *, now: datetime) -> None:
    """Note what rules in shadow would have done, and which flexible rules have begun. Cost: no
    statement where there is nothing of it, two otherwise."""
    begun: set[int] = set()
    hits: list[dict[str, Any]] = []
    for judgement in judgements:
        for decision in judgement.decisions:
            if decision.reason == "would_mask":
                hits.append(_shadow_hit(judgement, decision))
            elif decision.begins and decision.rule_id is not None:
                begun.add(decision.rule_id)
    store.add_shadow_hits(conn, hits)
    if begun:
        mask_rules.begin_flexible(conn, sorted(begun), now)


def _shadow_hit(judgement: Judgement, decision: Decision) -> dict[str, Any]:
    alarm = judgement.case.alarm
    return {
        "tenant": alarm.tenant,
        "rule_id": decision.rule_id,
        "rule_version": decision.rule_version,
        "alarm": alarm.id,
        "occurrence": alarm.occurrence,
        "effect": decision.effect,
        "severity": alarm.reported_severity.value,
        "at": judgement.case.now,
    }
