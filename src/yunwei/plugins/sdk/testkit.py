"""What the tests of a plug-in need: a still clock, fixtures, snapshots, a context. No network."""

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from yunwei.base.core.errors import SourceError
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import Reading, ReadingPage
from yunwei.plugins.sdk.contract import SourceContext

# Set to 1, snapshots are written instead of compared; look at the difference before committing.
WRITE_SNAPSHOTS = "YUNWEI_WRITE_SNAPSHOTS"


@dataclass(slots=True)
class StillClock:
    """A clock that stands until it is moved."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def move(self, *, by: timedelta) -> None:
        self.at += by


def make_context(
    settings: Mapping[str, str],
    clock: StillClock,
    *,
    timeout_s: float = 5.0,
    trap_families: tuple[str, ...] = (),
) -> SourceContext:
    return SourceContext(
        tenant=TenantId(1),
        source=SourceId(1),
        settings=settings,
        clock=clock,
        timeout_s=timeout_s,
        trap_families=trap_families,
    )


def load_fixture[T](path: Path, shape: type[T]) -> T:
    """Return a fixture file's JSON as `shape`."""
    return msgspec.json.decode(path.read_bytes(), type=shape)


async def take_pages(pages: AsyncIterator[ReadingPage]) -> list[ReadingPage]:
    return [page async for page in pages]


async def take_until_error(
    pages: AsyncIterator[ReadingPage],
) -> tuple[list[ReadingPage], SourceError | None]:
    """Return the pages that came, and the SourceError that ended them, if one did."""
    found: list[ReadingPage] = []
    try:
        async for page in pages:
            found.append(page)  # noqa: PERF401 - what came before the error is the point
    except SourceError as error:
        return found, error
    return found, None


async def take_readings(pages: AsyncIterator[ReadingPage]) -> list[Reading]:
    return [reading async for page in pages for reading in page.readings]


def check_snapshot(facts: object, path: Path) -> None:
    """Compare `facts` with the snapshot file; raises AssertionError with both when they differ."""
    found = msgspec.json.format(msgspec.json.encode(facts, order="deterministic"), indent=1)
    if os.environ.get(WRITE_SNAPSHOTS) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found + b"\n")
    wanted = path.read_text("utf-8").rstrip("\n")
    if found.decode() != wanted:
        raise AssertionError(f"{path.name} differs; found:\n{found.decode()}")
