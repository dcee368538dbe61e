"""The laws of runs: every target is in one state, none is begun twice, canaries go alone, what is
to stop stops, and every run ends. Held against made-up fleets, plans and fates."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yunwei.operate.runs.facts.runs import FAILURES, IN_FLIGHT, OPEN, PENDING, Plan, RunState
from yunwei.operate.runs.facts.runs import TargetState as T
from yunwei.operate.runs.rules.machine import MOVES, Act, Move, Standing, decide, first_batch
from yunwei.operate.runs.rules.plan import batch_size, canary_size, stop_limit

START = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
DEADLINE = START + timedelta(minutes=30)
ENDS = (T.SUCCEEDED, T.FAILED, T.TIMED_OUT, T.INTERRUPTED, T.REFUSED, T.UNKNOWN)


@dataclass
class Item:
    state: T
    batch: int | None = None
    begun: int = 0

    def move(self, to: T) -> None:
        assert to in MOVES.get(self.state, frozenset()), f"{self.state} → {to}"
        self.begun += to is T.SENT
        self.state = to


@dataclass
class World:
    """A run as its tables would hold it, and a fleet that does as it is fated to."""

    plan: Plan
    items: list[Item]
    now: datetime = START
    state: RunState = RunState.RUNNING
    reason: str = ""
    batch: int = 0
    over_at: datetime | None = None
    sent_while_stopped: int = 0
    moves: list[Move] = field(default_factory=list)

    def counts(self, items: list[Item]) -> Counter[T]:
        return Counter(item.state for item in items)

    def standing(self) -> Standing:
        mine = [item for item in self.items if item.batch == self.batch]
        is_over = bool(mine) and not any(item.state in IN_FLIGHT for item in mine)
        self.over_at = (self.over_at or self.now) if is_over else None
        return Standing(
            plan=self.plan,
            state=self.state,
            total=len(self.items),
            batch=self.batch,
            counts=self.counts(self.items),
            batch_counts=self.counts(mine),
            batch_over_at=self.over_at,
            deadline_at=DEADLINE,
            reason=self.reason,
        )

    def step(self) -> Move:
        move = decide(self.standing(), self.now)
        self.moves.append(move)
        match move.act:
            case Act.SEND:
                self.send(move)
            case Act.STOP:
                self.state, self.reason = RunState.STOPPING, move.reason
                self.end_pending(T.SKIPPED)
            case Act.EXPIRE:
                self.end_pending(T.EXPIRED)
            case Act.END:
                assert move.state is not None
                self.state = move.state
        return move

    def send(self, move: Move) -> None:
        if move.batch != self.batch:
            assert not any(i.state in IN_FLIGHT for i in self.items if i.batch == self.batch)
            self.batch, self.over_at = move.batch, None
        ready = [item for item in self.items if item.state is T.QUEUED]
        assert 0 < move.count <= len(ready)
        for item in ready[: move.count]:
            item.move(T.SENT)
            item.batch = move.batch

    def end_pending(self, to: T) -> None:
        for item in self.items:
            if item.state in PENDING:
                item.move(to)


plans = st.builds(
    Plan,
    canary=st.sampled_from(["", "1", "2", "10%", "50%"]),
    canary_failures=st.integers(0, 1),
    batch=st.sampled_from(["", "1", "3", "25%"]),
    pause_s=st.sampled_from([0, 60, 300]),
    parallel=st.integers(1, 5),
    stop_at=st.sampled_from(["", "0", "1", "20%"]),
)
firsts = st.lists(st.sampled_from([T.QUEUED, T.WAITING, T.SKIPPED]), min_size=1, max_size=20)


@given(plan=plans, first=firsts, data=st.data())
def test_every_run_keeps_the_laws_and_ends(plan: Plan, first: list[T], data: st.DataObject) -> None:
    world = World(plan=plan, items=[Item(state) for state in first])
    world.batch = first_batch(plan, len(first))
    for _ in range(200):
        if not world.state.is_open:
            break
        live_a_while(world, data)
        for _round in range(5):
            before = world.state
            move = world.step()
            check_laws(world, move, before)
            if move.act in (Act.REST, Act.END):
                break
        world.now += timedelta(minutes=1)
    assert not world.state.is_open
    assert not any(item.state in OPEN for item in world.items)


def live_a_while(world: World, data: st.DataObject) -> None:
    """Some agents come and go, some targets come to their ends; after the deadline all do."""
    is_late = world.now > DEADLINE
    for item in world.items:
        if item.state is T.WAITING and data.draw(st.booleans()):
            item.move(T.QUEUED)
        elif item.state is T.QUEUED and data.draw(st.integers(0, 9)) == 0:
            item.move(T.WAITING)
        elif item.state is T.SENT and (is_late or data.draw(st.booleans())):
            item.move(data.draw(st.sampled_from((T.RUNNING, *ENDS))))
        elif item.state is T.RUNNING and (is_late or data.draw(st.booleans())):
            item.move(data.draw(st.sampled_from(ENDS)))
        elif item.state is T.UNKNOWN and data.draw(st.integers(0, 9)) == 0:
            item.move(T.SUCCEEDED)


def check_laws(world: World, move: Move, before: RunState) -> None:
    counts, total = world.counts(world.items), len(world.items)
    assert sum(counts.values()) == total
    assert all(item.begun <= 1 for item in world.items)
    assert sum(counts[state] for state in IN_FLIGHT) <= world.plan.parallel
    batches = Counter(item.batch for item in world.items if item.batch is not None)
    assert batches[0] <= canary_size(world.plan, total)
    assert all(n <= batch_size(world.plan, total) for b, n in batches.items() if b)
    if move.act is Act.SEND:
        assert before is RunState.RUNNING
        limit = stop_limit(world.plan, total)
        failed = sum(counts[state] for state in FAILURES)
        assert limit is None or failed <= limit


def test_a_failed_canary_stops_the_run_before_anything_else_is_begun() -> None:
    world = World(plan=Plan(canary="1", stop_at=""), items=[Item(T.QUEUED) for _ in range(5)])
    assert world.step() == Move(act=Act.SEND, count=1, batch=0)
    world.items[0].move(T.FAILED)
    assert world.step().reason == "canary"
    world.step()
    assert world.state is RunState.STOPPED
    assert world.counts(world.items) == {T.FAILED: 1, T.SKIPPED: 4}


def test_who_is_not_heard_any_more_holds_up_no_batch() -> None:
    standing = Standing(
        plan=Plan(canary="", batch="2", parallel=2),
        state=RunState.RUNNING,
        total=4,
        batch=1,
        counts={T.SENT: 1, T.SUCCEEDED: 1, T.QUEUED: 2},
        batch_counts={T.SENT: 1, T.SUCCEEDED: 1},
        batch_over_at=START,
        deadline_at=DEADLINE,
        stalled=1,
        batch_stalled=1,
    )
    assert decide(standing, START) == Move(act=Act.SEND, count=2, batch=2)
