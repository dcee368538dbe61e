"""Who is on duty in a stretch of time: layers by priority, temporary shifts before them,
overrides before those. Pure.

The stretch is cut at every instant at which anything begins or ends; within a cut nothing changes,
and one question is answered for it. Shifts are cuts put together again.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from yunwei.base.core.calendar import Calendar
from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.core.wall_clock import Span, local_day, without
from yunwei.monitor.duty.facts.changes import Override, OverrideKind, TemporaryShift
from yunwei.monitor.duty.facts.schedules import DutyRole, Group, Layer, Schedule
from yunwei.monitor.duty.facts.shifts import Because, Cause, RestCounts, Shift, Snapshot
from yunwei.monitor.duty.rules.fairness import RestShare, held_spans
from yunwei.monitor.duty.rules.rotation import group_of, turns_within


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A time of a layer that belongs to one group. number: of the turn, or of the group."""

    span: Span
    number: int
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """Somebody on duty within one cut."""

    user: UserId
    role: DutyRole
    because: Because
    layer: Layer | None = None


class _Track:
    """A layer's pieces, which do not overlap, to be asked by instant."""

    def __init__(self, layer: Layer, pieces: list[_Piece]) -> None:
        self.layer = layer
        self.pieces = pieces
        self._starts = [piece.span.start for piece in pieces]

    def at(self, at: datetime) -> _Piece | None:
        place = bisect_right(self._starts, at) - 1
        if place < 0 or not self.pieces[place].span.holds(at):
            return None
        return self.pieces[place]


class Resolver:
    """Resolves one schedule, any stretch of time at a time. Holds what fairness played forward."""

    def __init__(self, schedule: Schedule, snapshot: Snapshot) -> None:
        self.schedule = schedule
        self._zone: ZoneInfo = schedule.zone
        self._calendar: Calendar = snapshot.calendars.of(schedule.tenant)
        self._filled = self._calendar.filled()
        self._overrides = _of(schedule.id, snapshot.overrides)
        self._temporaries = _of(schedule.id, snapshot.temporaries)
        self._leaves: dict[UserId, list[Span]] = {}
        for leave in snapshot.leaves:
            self._leaves.setdefault(leave.user, []).append(leave.span)
        self._shares = {
            layer: self._share(layer, snapshot.rest_counts.get(layer.id, {}), snapshot.as_of)
            for layer in schedule.layers
            if layer.is_fair and layer.groups
        }

    def _share(self, layer: Layer, counts: RestCounts, as_of: datetime) -> RestShare:
        def takes(number: int, span: Span) -> bool:
            away = self._leaves.get(layer.groups[number][0], ())
            return not any(leave.cut(span) for leave in away)

        return RestShare(layer, self._zone, self._calendar, counts=counts, since=as_of, takes=takes)

    def shifts(self, within: Span) -> tuple[Shift, ...]:
        """Return all shifts that touch a time, cut to it, by beginning, primaries first."""
        tracks = [_Track(layer, self._pieces(layer, within)) for layer in self.schedule.layers]
        open_: dict[tuple[UserId, DutyRole], Shift] = {}
        done: list[Shift] = []
        for cut in self._cuts(within, (piece for track in tracks for piece in track.pieces)):
            seats = self._seats(cut.start, tracks)
            still: dict[tuple[UserId, DutyRole], Shift] = {}
            for seat in seats:
                known = open_.pop((seat.user, seat.role), None)
                still[seat.user, seat.role] = self._go_on(known, seat, cut, done)
            done += open_.values()
            open_ = still
        done += open_.values()
        return tuple(sorted(done, key=lambda shift: (shift.span, shift.role.value != "primary")))

    def _go_on(self, known: Shift | None, seat: _Seat, cut: Span, done: list[Shift]) -> Shift:
        """Return the shift that a seat belongs to: the one before it, or a new one."""
        layer = seat.layer.id if seat.layer else None
        if known is not None:
            if known.because == seat.because and known.layer == layer:
                return replace(known, span=Span(known.span.start, cut.end))
            done.append(known)
        return Shift(user=seat.user, role=seat.role, span=cut, because=seat.because, layer=layer)

    def _pieces(self, layer: Layer, within: Span) -> list[_Piece]:
        share = self._shares.get(layer)
        shared = share.pieces(within) if share else []
        pieces = [_Piece(span=each.span, number=each.group, cause=Cause.FAIR) for each in shared]
        holes = [each.span for each in shared]
        for held in held_spans(layer, within, self._zone, self._filled):
            for turn in turns_within(layer, held, self._zone):
                span = turn.span.cut(held)
                if span is not None:
                    pieces += [
                        _Piece(span=left, number=turn.number, cause=Cause.TURN)
                        for left in without(span, holes)
                    ]
        return sorted(pieces, key=lambda piece: piece.span)

    def _cuts(self, within: Span, pieces: Iterable[_Piece]) -> Iterator[Span]:
        spans = [piece.span for piece in pieces]
        spans += [each.span for each in self._temporaries]
        spans += [each.span for each in self._overrides]
        people = self.schedule.people
        spans += [span for user in people for span in self._leaves.get(user, ())]
        edges = {edge for span in spans for edge in (span.start, span.end)}
        inside = sorted(edge for edge in edges if within.start < edge < within.end)
        return (Span(*pair) for pair in pairwise((within.start, *inside, within.end)))

    def _seats(self, at: datetime, tracks: list[_Track]) -> list[_Seat]:
        found: list[_Seat] = []
        temporaries = [each for each in self._temporaries if each.span.holds(at)]
        by_turn = self._by_turn(at, tracks)
        for role in DutyRole:
            placed = [_temporary_seat(each) for each in temporaries if each.role is role]
            found += placed or by_turn.get(role, [])
        for override in self._overrides:
            if override.span.holds(at):
                found = list(_overridden(found, override))
        return _without_doubles(found)

    def _by_turn(self, at: datetime, tracks: list[_Track]) -> dict[DutyRole, list[_Seat]]:
        """Return for each role the people of the first layer that has any. A backup whose turn it
        is while they are the primary leaves it to the next."""
        found: dict[DutyRole, list[_Seat]] = {}
        for role in DutyRole:
            busy = frozenset(seat.user for seats in found.values() for seat in seats)
            for track in tracks:
                piece = track.at(at)
                if piece is None or (role is DutyRole.PRIMARY and track.layer.role is not role):
                    continue
                seats = self._layer_seats(track.layer, piece, at, busy)
                of_role = [seat for seat in seats if seat.role is role and seat.user not in busy]
                if of_role:
                    found[role] = of_role
                    break
        return found

    def _layer_seats(
        self, layer: Layer, piece: _Piece, at: datetime, busy: frozenset[UserId]
    ) -> list[_Seat]:
        """busy: who is the primary already; matters where the layer is one of backups."""
        meant = group_of(layer, piece.number)
        taken = busy if layer.role is DutyRole.BACKUP else frozenset[UserId]()
        for step in range(len(layer.groups)):
            group = group_of(layer, piece.number + step)
            present = [user for user in group if user not in taken and not self._is_away(user, at)]
            if present:
                cause = piece.cause
                if present[0] != meant[0]:
                    cause = Cause.NEXT if meant[0] in taken else Cause.STAND_IN
                because = Because(
                    cause=cause,
                    layer=layer.name,
                    instead_of=None if cause is piece.cause else meant[0],
                    by_weekdays=self._is_by_weekdays(layer, at),
                )
                return list(_group_seats(layer, tuple(present), because))
        return []

    def _is_by_weekdays(self, layer: Layer, at: datetime) -> bool:
        """Say whether the day's kind mattered and is not known."""
        asks = layer.is_fair or (
            layer.times is not None and any(clause.kinds for clause in layer.times.clauses)
        )
        return asks and not self._calendar.is_known(local_day(at, self._zone))

    def _is_away(self, user: UserId, at: datetime) -> bool:
        return any(span.holds(at) for span in self._leaves.get(user, ()))


def _of[T: (Override, TemporaryShift)](schedule: ScheduleId, all_: Iterable[T]) -> tuple[T, ...]:
    return tuple(each for each in all_ if each.schedule == schedule)


def _group_seats(layer: Layer, group: Group, because: Because) -> Iterator[_Seat]:
    for place, user in enumerate(group):
        role = layer.role if place == 0 else DutyRole.BACKUP
        yield _Seat(user=user, role=role, because=because, layer=layer)


def _temporary_seat(shift: TemporaryShift) -> _Seat:
    because = Because(cause=Cause.TEMPORARY, note=shift.note)
    return _Seat(user=shift.user, role=shift.role, because=because)


def _overridden(seats: list[_Seat], override: Override) -> Iterator[_Seat]:
    """Yield the people of a cut as an override leaves them."""
    for seat in seats:
        if override.user is None or seat.user != override.user:
            yield seat
        elif override.kind is OverrideKind.REPLACE and override.stand_in is not None:
            because = Because(cause=Cause.REPLACED, instead_of=seat.user, note=override.note)
            yield _Seat(user=override.stand_in, role=seat.role, because=because)
    if override.kind is OverrideKind.ADD and override.stand_in is not None:
        because = Because(cause=Cause.ADDED, note=override.note)
        yield _Seat(user=override.stand_in, role=override.role, because=because)


def _without_doubles(seats: list[_Seat]) -> list[_Seat]:
    """Nobody is on duty twice: as a primary, where both."""
    chosen: dict[UserId, _Seat] = {}
    for seat in sorted(seats, key=lambda seat: seat.role is not DutyRole.PRIMARY):
        chosen.setdefault(seat.user, seat)
    return list(chosen.values())
