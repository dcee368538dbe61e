"""The conservation law, over random runs: what was reported is accounted for to the last one.

raw alarms = applied + duplicate + stale + dead letter + in flight, and every raise is told, kept
quiet by a named version of a rule, below the threshold of every route, over before anybody could
hear of it, or waits. What is replayed changes nothing.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.alarms import START, build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.codec import decode, encode
from yunwei.base.core.errors import Conflict, EngineAway, Refused
from yunwei.base.core.ids import AlarmId, MaskRuleId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.governance.actions import mask_life, noise_rules
from yunwei.monitor.governance.facts.decisions import Outcome
from yunwei.monitor.governance.facts.masks import Effect
from yunwei.monitor.governance.facts.noise import FlapRule, HoldDown, NoiseRuleDraft
from yunwei.monitor.governance.queries import judgements
from yunwei.monitor.notify.actions import routes
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.monitor.notify.queries import routes as route_queries

PLACES = ("/host/H-1", "/host/H-2", "/pool/p/desktop/D-1", "/pool/p/desktop/D-2")
TYPES = ("host.down", "disk.slow")
LOUD = ("minor", "major", "critical")
"""What the only route takes; a warning is below its threshold."""

_QUIET = (Outcome.SUPPRESS, Outcome.SOFTEN)

_REPORT = st.tuples(
    st.just("report"),
    st.lists(
        st.tuples(
            st.sampled_from([AlarmAct.RAISE, AlarmAct.RAISE, AlarmAct.CLEAR, AlarmAct.NOTICE]),
            st.sampled_from(PLACES),
            st.sampled_from(TYPES),
            st.sampled_from([*Severity]),
            st.integers(-3, 0),
        ),
        min_size=1,
        max_size=6,
    ),
)
_ACTS = st.lists(
    st.one_of(
        _REPORT,
        _REPORT,
        st.tuples(st.just("trap"), st.integers(1, 3)),
        st.tuples(st.just("mask"), st.sampled_from(PLACES), st.sampled_from([*Effect])),
        st.tuples(st.just("unmask"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.sampled_from([10, 45, 400])),
        st.tuples(st.just("person"), st.sampled_from(["acknowledge", "clear"]), st.integers(0, 5)),
        st.tuples(st.just("die"), st.booleans()),
        st.tuples(st.just("replay"), st.integers(0, 5)),
    ),
    min_size=6,
    max_size=18,
)


@dataclass
class Run:
    """One random run in its own part of the world. said: raw alarms and traps that were sent."""

    world: World
    tag: str
    patch: pytest.MonkeyPatch
    said: int = 0
    sent: list[bytes] = field(default_factory=list)
    masks: list[MaskRuleId] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def act(self, what: str, *details: Any) -> None:
        getattr(self, what)(*details)
        self.world.passes(seconds=1)

    def report(self, reports: list[tuple[AlarmAct, str, str, Severity, int]]) -> None:
        now_min = (self.world.clock.now() - START) / timedelta(minutes=1)
        here = self.world.installation
        raws = [
            replace(
                build_raw(
                    act,
                    now_min + minutes,
                    managed_object=f"/run/{self.tag}{place}",
                    alarm_type=alarm_type,
                    severity=severity,
                    native_id=f"{self.tag}-{self.said + number}",
                ),
                tenant=here.tenant,
                source=here.source,
            )
            for number, (act, place, alarm_type, severity, minutes) in enumerate(reports)
        ]
        self.said += len(raws)
        self._send(raws=tuple(raws))
        self._govern()

    def trap(self, count: int) -> None:
        """Traps that nobody can read."""
        here = self.world.installation
        datagram = ReceivedDatagram(
            tenant=here.tenant,
            source=here.source,
            received_at=self.world.clock.now(),
            address="192.0.2.7",
            data=b"\x30\x03nonsense",
        )
        self.said += count
        self._send(datagrams=(datagram,) * count)
        self._govern()

    def mask(self, place: str, effect: Effect) -> None:
        self.masks.append(
            self.world.masks(
                name=f"{self.tag} {len(self.masks)}",
                condition={
                    "field": "managed_object",
                    "op": "under",
                    "value": f"/run/{self.tag}{place}",
                },
                effect=effect,
                downgrade_to=Severity.WARNING if effect is Effect.DOWNGRADE else None,
                expires_at=self.world.clock.now() + timedelta(minutes=5),
            )
        )
        self._govern()

    def unmask(self, number: int) -> None:
        if self.masks:
            rule = self.masks[number % len(self.masks)]
            with suppress(Conflict):  # it is over already
                mask_life.stop_mask_rule(self.world.viewer, rule, now=self.world.clock.now())
            self._govern()

    def wait(self, seconds: int) -> None:
        self.world.passes(seconds=seconds)
        self._govern()

    def person(self, deed: str, number: int) -> None:
        standing = [row["id"] for row in self.alarms() if not row["is_cleared"]]
        if not standing:
            return
        act = {
            "acknowledge": alarm_actions.acknowledge_alarm,
            "clear": alarm_actions.clear_alarm,
        }[deed]
        alarm = AlarmId(standing[number % len(standing)])
        with suppress(Conflict, Refused):  # somebody did already
            act(self.world.viewer, alarm, now=self.world.clock.now(), note="seen")
        self._govern()

    def die(self, is_late: bool) -> None:
        """The process ends, before its transaction is committed or after."""
        if not is_late:

            def break_off(*args: object, **options: object) -> None:
                raise EngineAway("PostgreSQL")

            with self.patch.context() as patch:
                patch.setattr(alarm_actions, "save_position", break_off)
                here = self.world.installation
                raw = build_raw(
                    minutes=(self.world.clock.now() - START) / timedelta(minutes=1),
                    managed_object=f"/run/{self.tag}/host/H-9",
                    native_id=f"{self.tag}-{self.said}",
                )
                self.said += 1
                self._send(raws=(replace(raw, tenant=here.tenant, source=here.source),))
                with pytest.raises(EngineAway):
                    self.world.governs()
        self._take_counts()
        self.world.restarts()
        self._govern()

    def replay(self, count: int) -> None:
        """A poller that does not know whether it was heard says the same again, twice."""
        reports = [each for each in self.sent if b"nonsense" not in each]
        before = self.state()
        for number, message in enumerate((*reports[:count], *reports[:count])):
            again = f"{self.tag}-again-{len(self.world.stream.messages)}-{number}"
            self.said += self._resend(message, again)
            self._govern()
        assert self.state() == before

    def _resend(self, message: bytes, batch_id: str) -> int:
        batch = decode(message, IntakeBatch)
        self.world.stream.messages.append(encode(replace(batch, batch_id=batch_id)))
        return len(batch.raw_alarms)

    def _send(
        self, *, raws: tuple[RawAlarm, ...] = (), datagrams: tuple[ReceivedDatagram, ...] = ()
    ) -> None:
        batch_id = f"{self.tag}-{len(self.world.stream.messages)}"
        message = encode(IntakeBatch(batch_id=batch_id, raw_alarms=raws, datagrams=datagrams))
        self.sent.append(message)
        self.world.stream.messages.append(message)

    def _govern(self) -> None:
        self.world.governs()

    def _take_counts(self) -> None:
        counts = self.world.governor.counts
        self.counted.update(counts.verdicts)
        self.counted["dead"] += counts.dead_letters
        counts.verdicts.clear()
        counts.dead_letters = 0

    def alarms(self) -> list[dict[str, Any]]:
        return self._ask(
            "SELECT * FROM alarms_alarm WHERE managed_object LIKE %(where)s ORDER BY id"
        )

    def state(self) -> object:
        """What replaying must not change."""
        alarms = [
            (row["id"], row["severity"], row["is_cleared"], row["count"], row["occurrence"])
            for row in self.alarms()
        ]
        told = self._ask(
            "SELECT m.dedupe FROM notify_message m JOIN alarms_alarm a ON a.id = m.alarm_id"
            " WHERE a.managed_object LIKE %(where)s ORDER BY 1"
        )
        return alarms, told

    def raises(self) -> list[dict[str, Any]]:
        """Every occurrence, and what became of the word of it."""
        return self._ask(
            "SELECT o.id, o.alarm_id, o.severity, o.count,"
            " a.due_at IS NOT NULL AND a.occurrence = o.id AS is_waiting,"
            " EXISTS (SELECT 1 FROM notify_message m WHERE m.occurrence = o.id"
            "          AND m.kind IN ('raise', 'flapping')) AS is_told,"
            " EXISTS (SELECT 1 FROM governance_suppression s WHERE s.occurrence = o.id"
            "          AND (s.rule_id IS NOT NULL AND s.rule_version IS NOT NULL"
            "               OR s.noise_rule_id IS NOT NULL)) AS is_quiet"
            " FROM alarms_occurrence o JOIN alarms_alarm a ON a.id = o.alarm_id"
            " WHERE a.managed_object LIKE %(where)s"
        )

    def explains(self, alarm: int, occurrence: int) -> bool:
        """Whether a decision says why nobody was told: a version of a rule, or it was over."""
        told = judgements.explain_alarm(self.world.viewer, AlarmId(alarm), limit=1000)
        return any(
            decision.reason == "over_already"
            or (
                decision.outcome in _QUIET and None not in (decision.rule_id, decision.rule_version)
            )
            for judgement in told
            if judgement.occurrence == occurrence
            for decision in judgement.decisions
        )

    def _ask(self, question: str) -> list[dict[str, Any]]:
        with transaction() as conn, cursor(conn) as opened:
            return opened.execute(question, {"where": f"/run/{self.tag}/%"}).fetchall()

    def check(self) -> None:
        self._take_counts()
        applied = sum(
            f"/run/{self.tag}/" in each.raw_alarm.managed_object and each.verdict != "duplicate"
            for each in self.world.judged
        )
        known, dead = self.counted["duplicate"], self.counted["dead"]
        assert applied + known + dead == self.said, (applied, known, dead)
        for row in self.raises():
            is_below = row["severity"] not in LOUD
            is_accounted = row["is_told"] or row["is_quiet"] or row["is_waiting"] or is_below
            assert is_accounted or self.explains(row["alarm_id"], row["id"]), row


@pytest.fixture
def lawful(world: World) -> World:
    """A world with hold-down, flapping, and one route with a threshold."""
    tenant = world.installation.tenant
    now = world.clock.now()
    for content in (HoldDown(minor_s=30), FlapRule()):
        draft = NoiseRuleDraft(name="a rule", content=content)
        noise_rules.create_noise_rule(world.viewer, tenant, draft, now=now)
    [route] = route_queries.fetch_routes(world.viewer).items
    loud = {"field": "severity", "op": "in", "value": [*LOUD]}
    draft = RouteDraft(name="loud", condition=loud, roles=("operator",))
    routes.change_route(world.viewer, route.id, draft, now=now)
    return world


@settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.generate),  # to shrink a run takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=_ACTS)
def test_nothing_is_lost_and_nothing_counted_twice(
    lawful: World, monkeypatch: pytest.MonkeyPatch, acts: list[tuple[Any, ...]]
) -> None:
    lawful.governor.counts.verdicts.clear()
    lawful.governor.counts.dead_letters = 0
    run = Run(lawful, f"r{len(lawful.stream.messages)}", monkeypatch)
    for what, *details in acts:
        run.act(what, *details)
    run.check()
    run.wait(3600)
    run.wait(1)
    assert not [row for row in run.raises() if row["is_waiting"]]
    run.check()
