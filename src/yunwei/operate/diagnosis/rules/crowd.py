"""How others fare: who else fails, is slow or far away, and who is not. Pure.

The spread of a trouble tells where it lies: one person alone, everybody on one host, some people on
all hosts. Numbers of logins are counted, not attempts, since who can not get in tries often.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from yunwei.base.core.own_texts import read_alarm
from yunwei.operate.diagnosis.facts.evidence import Attempt, Evidence, StandingAlarm
from yunwei.operate.diagnosis.facts.verdicts import Ground, Measurement, Said
from yunwei.operate.diagnosis.rules.check import ground
from yunwei.operate.diagnosis.rules.words import Failed, Topic, failure_of, topic_of

RTT_FACTOR, RTT_MORE_S = 1.8, 0.05
SLOW_MORE_S = 8.0
ASKED_WEIGHT = 0.65
"""Of the alarm that the diagnosis was asked for."""

type Test = Callable[[Attempt], bool]


@dataclass(frozen=True, slots=True)
class Spread:
    """Of the other logins: how many were hit, of how many that could be; on how many hosts."""

    hit: int
    measured: int
    hosts: int

    @property
    def share(self) -> float:
        return self.hit / self.measured if self.measured else 0.0


def failed_with(*kinds: Failed) -> Test:
    return lambda attempt: failure_of(attempt.failure) in kinds


def is_far(attempt: Attempt) -> bool:
    """Say whether its round trip is well above the login's own usual one."""
    rtt, usual = attempt.rtt_s, attempt.usual_rtt_s
    return rtt is not None and usual is not None and rtt > RTT_FACTOR * usual + RTT_MORE_S


def is_slow(evidence: Evidence) -> Test:
    """Return a test whether a logon took longer than nearly all usually do."""
    usual = evidence.usual
    if usual is None or usual.logon_p50_s is None or usual.logon_p95_s is None:
        return lambda _attempt: False
    limit = max(usual.logon_p95_s, usual.logon_p50_s + SLOW_MORE_S)
    return lambda attempt: attempt.logon_s is not None and attempt.logon_s > limit


def spread(evidence: Evidence, test: Test, among: Iterable[Attempt] | None = None) -> Spread:
    """Return how many other logins are hit, each login by its newest attempts of the window."""
    logins, hosts = evidence.logins, _hosts(evidence)
    hit: set[str] = set()
    seen: set[str] = set()
    places: set[str] = set()
    for each in (evidence.crowd or ()) if among is None else among:
        if each.login in logins:
            continue
        seen.add(each.login)
        if test(each):
            hit.add(each.login)
            places.add(hosts.get(each.desktop, ""))
    return Spread(hit=len(hit), measured=len(seen), hosts=len(places - {""}))


def others_on_host(evidence: Evidence) -> list[Attempt]:
    own = {each.native_id for each in evidence.on_host}
    return [each for each in evidence.crowd or () if each.desktop in own]


def others_elsewhere(evidence: Evidence) -> list[Attempt]:
    own = {each.native_id for each in evidence.on_host}
    return [each for each in evidence.crowd or () if each.desktop not in own]


def own_hits(evidence: Evidence, test: Test) -> int:
    return sum(test(each) for each in evidence.own)


def is_contradicted(evidence: Evidence, test: Test) -> bool:
    """Say whether the subject's own newest attempt was well: it tried, and was not hit."""
    own = evidence.own
    return bool(own) and not own[-1].failure and not any(map(test, own))


def alarms_about(
    evidence: Evidence, topic: Topic, names: Iterable[str] | None = None
) -> list[StandingAlarm]:
    """Return alarms of a topic; names: only of objects of one of these names, None for any."""
    wanted = None if names is None else {each.casefold() for each in names if each}
    found = [each for each in evidence.alarms or () if topic_of(each.words) is topic]
    if wanted is None:
        return found
    return [each for each in found if wanted & {*each.managed_object.casefold().split("/")}]


def alarm_ground(
    evidence: Evidence, topic: Topic, weight: float, names: Iterable[str] | None = None
) -> Ground | None:
    """Return the ground that an alarm of this topic stands; more of the one that was asked for."""
    asked = evidence.asked_alarm
    if asked is not None and topic_of(asked.words) is topic:
        found, weight = [asked], max(weight, ASKED_WEIGHT)
    else:
        found = alarms_about(evidence, topic, names)
    if not found:
        return None
    first = found[0]
    return ground(
        True,
        weight,
        f"告警“{read_alarm(first, 'zh')}”（{first.managed_object}）在时段内存在",
        f"the alarm “{read_alarm(first, 'en')}” ({first.managed_object}) stood within the window",
        alarm=first.id,
    )


def failure_grounds(
    evidence: Evidence, *kinds: Failed, own: float, others: float, most: str = ""
) -> tuple[list[Ground | None], Measurement]:
    """Return grounds from failed attempts of some kinds: the subject's own, and of others."""
    test = failed_with(*kinds)
    mine, rest = own_hits(evidence, test), spread(evidence, test)
    reason = next((each.failure for each in evidence.own if test(each)), "")
    reason = reason or next((each.failure for each in evidence.crowd or () if test(each)), "")
    grounds = [
        ground(
            mine, own, f"本人 {mine} 次登录失败：{reason}", f"{mine} own attempts failed: {reason}"
        ),
        ground(
            rest.hit >= LEAST_OTHERS,
            others,
            f"另有 {rest.hit} 位用户因同样原因失败",
            f"{rest.hit} other users fail for the same reason",
        ),
    ]
    measured = Measurement(
        name=Said(zh="因此失败的其他用户", en="Other users failing so"),
        value=float(rest.hit),
        kind="count",
    )
    return grounds, measured


LEAST_OTHERS = 2


def _hosts(evidence: Evidence) -> dict[str, str]:
    return {each.native_id: each.host for each in evidence.peers}
