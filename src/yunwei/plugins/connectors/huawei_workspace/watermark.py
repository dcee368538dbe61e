"""How far each read got, as small JSON texts that `collect` keeps with the rows. Pure.

A watermark that can not be read is an error, never a silent start from the beginning.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import msgspec

from yunwei.base.core.errors import SourceBabbled

# A record that is still open after this long is no longer asked for.
OPEN_FOR_AT_MOST = timedelta(days=7)

# Open records whose starts lie within this of each other are asked for together.
WINDOW_GAP = timedelta(minutes=30)
MAX_WINDOWS = 40


class Window(msgspec.Struct, frozen=True, array_like=True):
    """A closed stretch of starting times."""

    start: datetime
    end: datetime


class ReadMark(msgspec.Struct, frozen=True, kw_only=True):
    """until: everything up to here was read. seen: short fingerprints of what lies near it."""

    until: datetime
    seen: tuple[str, ...] = ()


class ActivityMark(msgspec.Struct, frozen=True, kw_only=True):
    """records, events: how far. open: where connection records without an end began."""

    records: ReadMark
    events: ReadMark
    open: tuple[Window, ...] = ()


class MetricsMark(msgspec.Struct, frozen=True, kw_only=True):
    """How far each desktop was measured: Unix minutes (as text) to fingerprints of desktops.

    Desktops are measured in turns, so one instant for all would lose what lies between two turns.
    """

    measured: dict[str, str] = {}

    def times(self) -> dict[str, datetime]:
        """Return the last instant by fingerprint."""
        return {
            each: datetime.fromtimestamp(int(minute) * 60, UTC)
            for minute, joined in self.measured.items()
            for each in joined.split()
        }


def mark_metrics(times: Mapping[str, datetime], *, oldest: datetime) -> MetricsMark:
    """Return the mark of `times`; desktops last measured before `oldest` are forgotten."""
    groups: dict[str, list[str]] = {}
    for desktop, at in times.items():
        if at >= oldest:
            groups.setdefault(str(int(at.timestamp()) // 60), []).append(desktop)
    return MetricsMark(measured={minute: " ".join(each) for minute, each in groups.items()})


class OpenAlarm(msgspec.Struct, frozen=True, array_like=True):
    """A raised alarm without an end: fingerprints of its record and of what it is about."""

    record: str
    about: str
    since: datetime


class AlarmMark(msgspec.Struct, frozen=True, kw_only=True):
    """read: how far. open: alarms whose own record may still turn from alarm to ok."""

    read: ReadMark
    open: tuple[OpenAlarm, ...] = ()


class Seen:
    """Which rows were yielded lately, so that overlapping reads yield each once."""

    def __init__(self, mark: ReadMark) -> None:
        self._times = dict.fromkeys(mark.seen, mark.until)

    def knows(self, key: str) -> bool:
        return key in self._times

    def add(self, key: str, at: datetime) -> bool:
        """Return False when the key is known. at: when what it stands for happened."""
        if key in self._times:
            return False
        self._times[key] = at
        return True

    def mark(self, until: datetime, *, keep: timedelta) -> ReadMark:
        """Return a mark that remembers what happened later than `keep` before `until`."""
        self._times = {key: at for key, at in self._times.items() if at > until - keep}
        return ReadMark(until=until, seen=tuple(self._times))


def encode_mark(mark: MetricsMark | ActivityMark | AlarmMark) -> str:
    return msgspec.json.encode(mark).decode()


def decode_mark[T: (MetricsMark, ActivityMark, AlarmMark)](text: str, shape: type[T]) -> T:
    """Return the watermark; raises SourceBabbled when `text` is none of ours."""
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.DecodeError as error:
        raise SourceBabbled(f"the stored watermark can not be read: {error}") from error


def fingerprint(*parts: object) -> str:
    """Return 12 characters that stand for the parts; enough to tell thousands apart."""
    joined = "\x1f".join(str(part) for part in parts)
    return blake2b(joined.encode(), digest_size=6).hexdigest()


def merge_windows(starts: Iterable[datetime], *, now: datetime) -> tuple[Window, ...]:
    """Return at most 40 windows that cover `starts`, those older than 7 days left out.

    When gaps of half an hour make too many, wider gaps are closed until they fit.
    """
    recent = sorted(start.astimezone(UTC) for start in starts if start >= now - OPEN_FOR_AT_MOST)
    gap = WINDOW_GAP
    windows = _merge(recent, gap)
    while len(windows) > MAX_WINDOWS:
        gap *= 2
        windows = _merge(recent, gap)
    return windows


def _merge(starts: list[datetime], gap: timedelta) -> tuple[Window, ...]:
    windows: list[Window] = []
    for start in starts:
        if windows and start - windows[-1].end <= gap:
            windows[-1] = Window(windows[-1].start, start)
        else:
            windows.append(Window(start, start))
    return tuple(windows)
