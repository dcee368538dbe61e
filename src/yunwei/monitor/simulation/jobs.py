"""Runs simulations: in threads of the process that has ClickHouse, a few at a time."""

import functools
import logging
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from yunwei.base.calendar import queries as calendar_queries
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.errors import EngineAway, Invalid, YunweiError
from yunwei.base.core.ids import MaskRuleId
from yunwei.base.core.wall_clock import Span, find_zone, local_day
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import end_thread, transaction
from yunwei.base.named_sets import queries as set_queries
from yunwei.base.people.facts import Viewer
from yunwei.monitor.governance.actions.mask_life import note_simulation
from yunwei.monitor.governance.facts.masks import MaskRule
from yunwei.monitor.governance.queries.mask_rules import rule_of_content, system_live_rules
from yunwei.monitor.governance.rules.named_sets import settle_mask
from yunwei.monitor.simulation import store
from yunwei.monitor.simulation.facts import (
    Count,
    Messages,
    Outcome,
    Overlap,
    Regret,
    Sample,
    Simulation,
    SimulationState,
    Step,
)
from yunwei.monitor.simulation.rules.adding import build_days, count_messages, find_regrets
from yunwei.monitor.simulation.rules.matching import build_match, build_would_treat
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.facts import Past, RawAlarmRow

logger = logging.getLogger(__name__)

COMPARED = 20
"""With how many other rules one is compared: those that treated most."""
_SAMPLES = 20
_TOP = 20
_AT_ONCE = 2


class Cancelled(YunweiError):
    """Somebody gave the simulation up."""


class Runner:
    """Runs simulations in threads. is_inline: in the caller's, for tests that look at once."""

    def __init__(self, clock: Clock, *, is_inline: bool = False) -> None:
        self._clock = clock
        self._is_inline = is_inline
        self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="simulation")
        self._running: dict[int, Future[None]] = {}

    def submit(self, viewer: Viewer, id: int) -> None:
        """Let a simulation that was started run."""
        if self._is_inline:
            self._run(viewer, id)
            return
        self._running = {key: each for key, each in self._running.items() if not each.done()}
        self._running[id] = self._threads.submit(self._run_in_thread, viewer, id)

    def wait(self, id: int, timeout_s: float) -> None:
        """Wait until a simulation is over, but not for ever."""
        future = self._running.get(id)
        if future is not None:
            attempt(lambda: future.result(timeout=timeout_s))

    def _run_in_thread(self, viewer: Viewer, id: int) -> None:
        try:
            self._run(viewer, id)
        finally:
            end_thread()

    def _run(self, viewer: Viewer, id: int) -> None:
        try:
            _done, error = attempt(lambda: Trial(viewer, id, self._clock).run())
        except EngineAway as away:
            error = away
        if error is None or isinstance(error, Cancelled):
            return
        if not isinstance(error, EngineAway | Invalid):
            logger.error("simulation %d failed", id, exc_info=error)
        text = error.message if isinstance(error, YunweiError) else "it failed; see the log"
        with transaction() as conn:
            store.finish(conn, id, SimulationState.FAILED, now=self._clock.now(), error=text)


@functools.cache
def shared_runner() -> Runner:
    """Return the runner of this process; its threads begin with the first simulation."""
    return Runner(SystemClock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a trial looks at. others: live rules of the same tenant, but not the tried one."""

    simulation: Simulation
    rule: MaskRule
    calendar: Calendar
    past: Past
    others: tuple[MaskRule, ...]

    @property
    def span(self) -> Span:
        return Span(self.past.from_at, self.past.to_at)


class Trial:
    """One simulation's work, step by step; between steps it can be given up."""

    def __init__(self, viewer: Viewer, id: int, clock: Clock) -> None:
        self._viewer = viewer
        self._id = id
        self._clock = clock

    def run(self) -> None:
        """Raises Cancelled, EngineAway, Invalid."""
        began_s = time.perf_counter()
        self._step(Step.HISTORY)
        setting = self._read_setting()
        total = telemetry.count_past(self._viewer, setting.past)
        self._step(Step.GROUPS)
        match = build_match(setting.rule, setting.calendar, setting.span, prefix="m")
        groups = telemetry.group_past(self._viewer, setting.past, match, limit=_TOP)
        rows = telemetry.sample_past(self._viewer, setting.past, match, limit=_SAMPLES)
        self._step(Step.OVERLAPS)
        marginal, overlaps = self._compare(setting, sum(groups.by_day.values()))
        self._step(Step.MESSAGES)
        messages = self._count_messages(setting)
        self._step(Step.REGRETS)
        regrets, regret_count = self._find_regrets(setting)
        zone = find_zone(setting.simulation.time_zone)
        outcome = Outcome(
            hidden=sum(groups.by_day.values()),
            total=sum(total.values()),
            by_day=build_days(
                local_day(setting.past.from_at, zone),
                local_day(setting.past.to_at, zone),
                groups.by_day,
                total,
            ),
            by_severity=_counts(groups.by_severity),
            by_type=_counts(groups.by_type),
            by_object=_counts(groups.by_object),
            types=groups.type_count,
            objects=groups.object_count,
            samples=tuple(map(_sample, rows)),
            marginal=marginal,
            compared=len(setting.others),
            overlaps=overlaps,
            messages=messages,
            regrets=regrets,
            regret_count=regret_count,
            is_upper_bound=setting.rule.lasts_minutes is not None,
            took_s=round(time.perf_counter() - began_s, 3),
        )
        self._finish(setting.simulation, outcome)

    def _step(self, step: Step) -> None:
        with transaction() as conn:
            if not store.touch(conn, self._id, step.value, self._clock.now()):
                raise Cancelled()

    def _read_setting(self) -> Setting:
        with transaction() as conn:
            simulation = store.fetch_simulation(conn, self._id, self._viewer.tenants)
            if simulation is None:
                raise Cancelled()
            calendars = calendar_queries.system_calendars(conn)
            to_at = simulation.started_at
            from_at = to_at - timedelta(days=simulation.days)
            ids = store.busiest_rules(conn, simulation.tenant, from_at, COMPARED + 1)
            others = [each for each in ids if each != simulation.rule][:COMPARED]
            sets = set_queries.system_book(conn)
            tried = rule_of_content(simulation.tenant, simulation.content, now=to_at)
            live = system_live_rules(conn, [MaskRuleId(each) for each in others])
            return Setting(
                simulation=simulation,
                rule=settle_mask(tried, sets),
                calendar=calendars.of(simulation.tenant),
                past=Past(
                    tenant=simulation.tenant,
                    from_at=from_at,
                    to_at=to_at,
                    time_zone=simulation.time_zone,
                    source_names=store.source_names(conn, simulation.tenant),
                ),
                others=tuple(settle_mask(each, sets) for each in live),
            )

    def _compare(self, setting: Setting, hidden: int) -> tuple[int, tuple[Overlap, ...]]:
        """Return how many only this rule would treat, and what it shares with others."""
        if not setting.others or not hidden:
            return hidden, ()
        match = build_match(setting.rule, setting.calendar, setting.span, prefix="m")
        others = [
            build_match(other, setting.calendar, setting.span, prefix=f"o{place}", has_life=True)
            for place, other in enumerate(setting.others)
        ]
        shared = telemetry.count_shared(self._viewer, setting.past, match, others)
        overlaps = (
            Overlap(
                rule=other.id,
                name=other.name,
                effect=other.effect.value,
                both=both,
                covers=both == hidden,
            )
            for other, both in zip(setting.others, shared.each, strict=True)
            if both
        )
        return hidden - shared.by_any, tuple(
            sorted(overlaps, key=lambda each: each.both, reverse=True)
        )

    def _count_messages(self, setting: Setting) -> Messages:
        tenant, since, until = setting.simulation.tenant, setting.past.from_at, setting.past.to_at
        with transaction() as conn:
            told = store.told_occurrences(conn, tenant, since, until)
            wakeups = store.wakeups(conn, tenant, since, until)
        return count_messages(told, wakeups, build_would_treat(setting.rule, setting.calendar))

    def _find_regrets(self, setting: Setting) -> tuple[tuple[Regret, ...], int]:
        tenant, since, until = setting.simulation.tenant, setting.past.from_at, setting.past.to_at
        with transaction() as conn:
            deeds = store.deeds(conn, tenant, since, until)
        return find_regrets(deeds, build_would_treat(setting.rule, setting.calendar))

    def _finish(self, simulation: Simulation, outcome: Outcome) -> None:
        now = self._clock.now()
        with transaction() as conn:
            state = SimulationState.DONE
            if not store.finish(conn, self._id, state, now=now, outcome=outcome):
                raise Cancelled()
            if simulation.rule is not None and simulation.version is not None:
                note_simulation(conn, self._viewer, simulation.rule, simulation.version, now=now)


def _counts(found: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
    return tuple(Count(word=word, count=count) for word, count in found)


def _sample(row: RawAlarmRow) -> Sample:
    return Sample(
        at=row.received_at,
        alarm=row.alarm,
        severity=row.severity.value,
        alarm_type=row.alarm_type,
        managed_object=row.managed_object,
        text=row.text,
    )
