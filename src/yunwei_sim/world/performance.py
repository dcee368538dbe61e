"""What Cloud Eye would have measured inside and around one desktop: five-minute averages.

Pure: any desktop and any window can be asked alone. A desktop that is off or on a dead host has no
points at all for that time: missing is not zero.
"""

from dataclasses import dataclass

import numpy as np

from yunwei_sim.world import calendar
from yunwei_sim.world.catalogue import PRODUCTS
from yunwei_sim.world.connections import Model
from yunwei_sim.world.faults import State
from yunwei_sim.world.ledger import Ledger
from yunwei_sim.world.noise import Floats, Longs, Noise
from yunwei_sim.world.power import policy_runs
from yunwei_sim.world.rows import NEVER, Mask, Rows, empty_rows, succeeded
from yunwei_sim.world.troubles import Fault

STEP_S = 300
KIB, MIB = 1024.0, 1024.0 * 1024.0

METRICS = (
    "cpu_util",
    "mem_util",
    "disk_util_inband",
    "disk_read_bytes_rate",
    "disk_write_bytes_rate",
    "disk_read_requests_rate",
    "disk_write_requests_rate",
    "network_incoming_bytes_rate_inband",
    "network_outgoing_bytes_rate_inband",
    "network_incoming_bytes_aggregate_rate",
    "network_outgoing_bytes_aggregate_rate",
    "network_vm_connections",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One desktop's points. at_s: the ends of the five minutes; values: metric name to column.

    Percent for the `util` metrics, bytes or requests per second for the rates.
    """

    at_s: Longs
    values: dict[str, Floats]


def sessions_of(ledger: Ledger, desktop: int, from_s: int, to_s: int) -> Rows:
    """Return the desktop's connections that touch [from_s, to_s], oldest first."""
    pieces = []
    # A connection that began before the window may still stand in it; nights reach over midnight.
    for block in ledger.between(from_s - calendar.DAY_S, to_s):
        rows = block.of_desktop(desktop)
        standing = succeeded(rows) & (rows["setup"] <= to_s) & (rows["end"] > from_s)
        pieces.append(rows[standing])
    pieces.append(_endless(ledger, desktop, from_s))
    found = np.concatenate(pieces)
    return found if len(found) else empty_rows()


def _endless(ledger: Ledger, desktop: int, from_s: int) -> Rows:
    """Return connections forced through the control face that began long before the window."""
    first_day = calendar.day_of(from_s - calendar.DAY_S)
    pieces = [empty_rows()]
    for block in ledger.blocks:
        if block.day < first_day and block.last_end == NEVER:
            rows = block.of_desktop(desktop)
            pieces.append(rows[succeeded(rows) & (rows["end"] > from_s)])
    return np.concatenate(pieces)


class Gauge:
    """Measures the desktops of one world."""

    def __init__(self, model: Model, ledger: Ledger, log: list[Fault]) -> None:
        self._model = model
        self._ledger = ledger
        self._log = log

    def measure(self, desktop: int, from_s: int, to_s: int) -> Measured:
        """Return the points whose five minutes end in [from_s, to_s]."""
        first = -(-from_s // STEP_S) * STEP_S
        at_s = np.arange(first, to_s + 1, STEP_S, dtype=np.int64)
        rows = sessions_of(self._ledger, desktop, from_s - STEP_S, to_s)
        busy = _busy(rows, at_s)
        faults = [
            fault
            for fault in self._log
            if fault.desktops[desktop] and fault.lasted_into(from_s - STEP_S, to_s)
        ]
        runs = self._runs(desktop, at_s, rows) & ~_dead(faults, at_s)
        at_s, busy = at_s[runs], busy[runs]
        values = self._values(desktop, at_s, busy)
        for fault in faults:
            _disturb(values, fault, _during(fault, at_s))
        return Measured(at_s=at_s, values=values)

    def _runs(self, desktop: int, at_s: Longs, rows: Rows) -> Mask:
        day, second = calendar.days_of(at_s)
        works = {each: calendar.is_workday(each) for each in np.unique(day).tolist()}
        is_workday = np.array([works[each] for each in day.tolist()], dtype=bool)
        runs = policy_runs(int(self._model.fleet.power[desktop]), second, is_workday)
        for setup, logoff in zip(rows["setup"].tolist(), rows["logoff"].tolist(), strict=True):
            runs |= (at_s >= setup) & (at_s < logoff)
        return np.asarray(runs, dtype=bool)

    def _values(self, desktop: int, at_s: Longs, busy: Floats) -> dict[str, Floats]:
        noise, fleet = self._model.noise, self._model.fleet
        product = PRODUCTS[int(fleet.product[desktop])]
        owner = int(fleet.owner[desktop])
        vigour = float(self._model.people.intensity[owner]) if owner >= 0 else 1.0
        wave = _smooth(noise, desktop, at_s)
        jitter = noise.uniform("jitter", desktop, at_s)
        cpu = 2.0 + 2.5 * jitter + busy * vigour * (8.0 + 34.0 * wave**2 + 9.0 * jitter)
        lean = 8192 / (8192 + product.memory_mib)
        memory = 24.0 + 14.0 * lean + busy * vigour * (14.0 + 15.0 * wave) + 2.0 * jitter
        disk = fleet.disk_base[desktop] + (at_s / calendar.DAY_S * 0.11 + desktop) % 7.0
        read = (6.0 * KIB + busy * (0.05 + wave**3) * 3.2 * MIB) * (0.5 + jitter)
        write = (18.0 * KIB + busy * (0.08 + wave**2) * 1.9 * MIB) * (0.5 + jitter)
        incoming = (1.5 * KIB + busy * (0.1 + wave**2) * 420.0 * KIB) * (0.4 + jitter)
        outgoing = (2.0 * KIB + busy * (0.1 + wave) * 760.0 * KIB) * (0.4 + jitter)
        connections = 9.0 + np.floor(busy * vigour * 55.0 * (0.4 + wave)) + np.floor(6 * jitter)
        columns = (
            np.minimum(cpu, 100.0), np.minimum(memory, 97.0), np.minimum(disk, 93.5), read, write,
            read / (22.0 * KIB), write / (14.0 * KIB), incoming, outgoing, incoming * 1.04,
            outgoing * 1.04, connections,
        )  # fmt: skip
        return dict(zip(METRICS, columns, strict=True))


def _busy(rows: Rows, at_s: Longs) -> Floats:
    """Return the share of each five minutes in which somebody was connected."""
    share = np.zeros(len(at_s))
    for setup, end in zip(rows["setup"].tolist(), rows["end"].tolist(), strict=True):
        overlap = np.minimum(end, at_s) - np.maximum(setup, at_s - STEP_S)
        share += np.clip(overlap / STEP_S, 0.0, 1.0)
    return np.minimum(share, 1.0)


def _smooth(noise: Noise, desktop: int, at_s: Longs) -> Floats:
    """Return a slow wave in [0, 1]: chance every 20 minutes, a straight line between."""
    knot, rest = np.divmod(at_s, 1200)
    before = noise.uniform("wave", desktop, knot)
    after = noise.uniform("wave", desktop, knot + 1)
    wave: Floats = before + (after - before) * (rest / 1200.0)
    return wave


def _during(fault: Fault, at_s: Longs) -> Mask:
    until = NEVER if fault.until_s is None else fault.until_s
    mask: Mask = (at_s > fault.since_s) & (at_s <= until)
    return mask


def _dead(faults: list[Fault], at_s: Longs) -> Mask:
    dead = np.zeros(len(at_s), dtype=bool)
    for fault in faults:
        # An agent that is gone cannot tell either: in-band figures stop in both states.
        if fault.effect.state != State.AS_BEFORE:
            dead |= _during(fault, at_s)
    return dead


def _disturb(values: dict[str, Floats], fault: Fault, during: Mask) -> None:
    effect = fault.effect
    floors = {
        "cpu_util": effect.cpu_at_least,
        "mem_util": effect.memory_at_least,
        "disk_util_inband": effect.disk_at_least,
    }
    for name, floor in floors.items():
        if floor:
            # The last digits keep moving, as they do on a real machine at its limit.
            lively = np.minimum(floor + values[name] % 2.0, 100.0)
            values[name] = np.where(during, np.maximum(values[name], lively), values[name])
    if effect.disk_speed != 1.0:
        for name in METRICS[3:7]:
            values[name] = np.where(during, values[name] * effect.disk_speed, values[name])
