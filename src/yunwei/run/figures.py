"""What /metrics tells of our own work, read from the parts' counters when it is asked."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import REGISTRY, CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from yunwei.base.infra.loop import LOOPS

if TYPE_CHECKING:
    from yunwei.monitor.collect.payload_desk import PayloadDesk
    from yunwei.monitor.collect.receive import TrapReceiver
    from yunwei.operate.agents.jobs.ledger import Ledger
    from yunwei.run.auditor import Auditor
    from yunwei.run.governor import Governor


type Reader = Callable[[], Iterator[Metric]]


class _Figures(Collector):
    """A collector made of a function."""

    def __init__(self, read: Reader) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        yield from self._read()

    def describe(self) -> Iterable[Metric]:
        return ()  # told at each reading; nothing to compare beforehand


def show_loops() -> None:
    """Tell of every loop that runs for ever: its rounds and its failures."""
    REGISTRY.register(_Figures(_read_loops))


def _read_loops() -> Iterator[Metric]:
    rounds = CounterMetricFamily("yunwei_loop_rounds", "Rounds that went well.", labels=["loop"])
    failures = CounterMetricFamily("yunwei_loop_failures", "Rounds that failed.", labels=["loop"])
    for state in list(LOOPS.values()):
        rounds.add_metric([state.name], state.rounds)
        failures.add_metric([state.name], state.failures)
    yield rounds
    yield failures


def show_receiver(receiver: "TrapReceiver") -> None:
    """Tell of the trap receiver: what came, what was taken, what was refused and why."""

    def read() -> Iterator[Metric]:
        counts = receiver.counts
        for name, value, summary in (
            ("received", counts.received, "Datagrams read from the socket."),
            ("accepted", counts.accepted, "Datagrams of a known source, well-formed."),
            ("stored", counts.stored, "Accepted datagrams that are durable."),
            ("stored_batches", counts.stored_batches, "Durable batches."),
            ("append_retries", counts.append_retries, "Appends tried again."),
            ("informs_answered", counts.informs_answered, "Informs answered."),
            ("paused", counts.paused, "Times that the queue was full."),
        ):
            yield CounterMetricFamily(f"yunwei_traps_{name}", summary, value=value)
        rejected = CounterMetricFamily(
            "yunwei_traps_rejected", "Datagrams not taken.", labels=["reason"]
        )
        for reason, count in counts.rejected.items():
            rejected.add_metric([reason.value], count)
        yield rejected
        wrong = CounterMetricFamily(
            "yunwei_traps_v3_reports",
            "What was wrong with SNMP v3 messages; discovery and clocks being set among it.",
            labels=["stat"],
        )
        for stat, count in counts.v3.items():
            wrong.add_metric([stat.name.lower()], count)
        yield wrong
        summary = "Engines of SNMP v3 senders whose clocks are known."
        yield GaugeMetricFamily("yunwei_traps_v3_engines", summary, value=counts.engines)
        summary = "Accepted datagrams that wait to be durable."
        yield GaugeMetricFamily("yunwei_traps_queued", summary, value=counts.queued_items)

    REGISTRY.register(_Figures(read))


def show_desk(desk: "PayloadDesk") -> None:
    """Tell of what other systems posted: what was taken, what was refused and why."""

    def read() -> Iterator[Metric]:
        summary = "Posts of other systems that are durable."
        yield CounterMetricFamily("yunwei_posts_taken", summary, value=desk.taken)
        refused = CounterMetricFamily("yunwei_posts_refused", "Posts not taken.", labels=["reason"])
        for reason, count in dict(desk.refused).items():
            refused.add_metric([reason.value], count)
        yield refused

    REGISTRY.register(_Figures(read))


def show_governor(governor: "Governor") -> None:
    """Tell of `govern`: batches applied, and what became of raw alarms."""

    def read() -> Iterator[Metric]:
        counts = governor.counts
        summary = "Batches of the intake that were applied."
        yield CounterMetricFamily("yunwei_govern_batches", summary, value=counts.batches)
        summary = "Reports that could not be applied and wait for a person."
        yield CounterMetricFamily("yunwei_govern_dead_letters", summary, value=counts.dead_letters)
        verdicts = CounterMetricFamily(
            "yunwei_govern_raw_alarms", "Raw alarms by what became of them.", labels=["verdict"]
        )
        for verdict, count in dict(counts.verdicts).items():
            verdicts.add_metric([verdict], count)
        yield verdicts

    REGISTRY.register(_Figures(read))


def show_auditor(auditor: "Auditor") -> None:
    """Tell of the auditor: what it found overdue, how long it took, what the outside heard."""

    def read() -> Iterator[Metric]:
        counts = auditor.counts
        for name, value, summary in (
            ("rounds", counts.rounds, "Audits done by this process."),
            ("heartbeats", counts.heartbeats, "Heartbeats that the outside monitor heard."),
            ("heartbeats_withheld", counts.withheld, "Heartbeats withheld for what is overdue."),
        ):
            yield CounterMetricFamily(f"yunwei_audit_{name}", summary, value=value)
        summary = "Seconds that the last audit took."
        yield GaugeMetricFamily("yunwei_audit_duration_seconds", summary, value=counts.duration_s)
        overdue = GaugeMetricFamily(
            "yunwei_audit_overdue", "What the last audit found overdue.", labels=["kind"]
        )
        for kind, count in dict(counts.overdue).items():
            overdue.add_metric([kind], count)
        yield overdue

    REGISTRY.register(_Figures(read))


def show_ledger(ledger: "Ledger") -> None:
    """Tell of `dispatch`: what it handed out to agents, and what they said."""

    def read() -> Iterator[Metric]:
        counts = ledger.counts
        for name, value, summary in (
            ("handed_out", counts.handed_out, "Tasks told to agents, each time."),
            ("events", counts.events, "Events of tasks taken from agents."),
            ("questions", counts.questions, "Questions of agents."),
            ("refused", counts.refused, "Questions that were refused."),
            ("heartbeats", ledger.hands.presence.heartbeats, "Signs of life of agents."),
        ):
            yield CounterMetricFamily(f"yunwei_agents_{name}", summary, value=value)

    REGISTRY.register(_Figures(read))
