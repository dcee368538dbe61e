"""From what the checks saw to a verdict: what explains what, the order of causes. Pure.

A cause that is guilty explains what follows from it further up the way (its check names them):
such findings stay, and say by what they are explained, but accuse nobody any more. The rest that
accuses is ordered by score; of equals the deeper part comes first.
"""

from collections.abc import Sequence
from dataclasses import replace

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import (
    Finding,
    Part,
    PartVerdict,
    Standing,
    Verdict,
)
from yunwei.operate.diagnosis.rules.check import Check, run_check

_ACCUSED = (Standing.GUILTY, Standing.SUSPECT)
_ORDER = list(Standing)
_DEPTH = {part: place for place, part in enumerate(Part)}


def diagnose(evidence: Evidence, checks: Sequence[Check]) -> Verdict:
    """Return the verdict. Deterministic: the same evidence has the same verdict."""
    found = [run_check(each, evidence) for each in checks]
    settled = _settle(found, {each.name: each for each in checks})
    causes = sorted(
        (each for each in settled if each.standing in _ACCUSED and not each.explained_by),
        key=lambda each: (-each.score, -_DEPTH[each.part], each.check),
    )
    ours = {each.name: each.is_ours for each in checks}
    return Verdict(
        subject=evidence.subject,
        from_at=evidence.from_at,
        at=evidence.at,
        source_name=evidence.source_name,
        parts=tuple(_part(part, settled) for part in Part),
        findings=tuple(sorted(settled, key=lambda each: (_DEPTH[each.part], each.check))),
        causes=tuple(each.check for each in causes),
        is_ours=ours[causes[0].check] if causes else None,
        changes=evidence.changes,
        stale=evidence.stale,
        desktop=evidence.desktop.id if evidence.desktop else None,
        desktop_name=evidence.desktop.name if evidence.desktop else "",
    )


def _settle(found: Sequence[Finding], checks: dict[str, Check]) -> list[Finding]:
    """Let the guilty explain what follows from them, the best founded first."""
    guilty = sorted(
        (each for each in found if each.standing is Standing.GUILTY),
        key=lambda each: (-_DEPTH[each.part], -each.score),
    )
    explained: dict[str, str] = {}
    for each in guilty:
        if each.check in explained:
            continue
        for name in checks[each.check].explains:
            explained.setdefault(name, each.check)
    return [replace(each, explained_by=_why(each, explained)) for each in found]


def _why(finding: Finding, explained: dict[str, str]) -> str:
    return explained.get(finding.check, "") if finding.standing in _ACCUSED else ""


def _part(part: Part, found: Sequence[Finding]) -> PartVerdict:
    own = [each for each in found if each.part is part]
    told = [each.standing for each in own if not each.explained_by]
    measured = [each for each in told if each is not Standing.NOT_MEASURED]
    standing = min(measured, key=_ORDER.index) if measured else Standing.NOT_MEASURED
    return PartVerdict(part=part, standing=standing, checks=tuple(each.check for each in own))
