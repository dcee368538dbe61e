"""A simulated desktop cloud as a source of a platform under test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.sim.support import Control
from tests.support.platform import Platform, wait_until
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudSource:
    """A source of the platform, by its name. keys: what it is opened with."""

    platform: Platform
    name: str
    url: str

    def row(self) -> dict[str, Any]:
        """Return the source as the command line lists it."""
        found = self.platform.command_json("source", "list")
        return dict(next(each for each in found if each["name"] == self.name))

    def gets(self, state: str, *, timeout_s: float = 60.0) -> dict[str, Any]:
        """Wait until the source is in that state, and return it."""

        def ask() -> dict[str, Any]:
            row = self.row()
            assert row["state"] == state, f"{self.name} is {row['state']}: {row['text']}"
            return row

        return wait_until(ask, timeout_s=timeout_s, every_s=0.3)

    def lines(self) -> list[str]:
        """Return what the platform's log says about the source."""
        return [line for line in self.platform.log.splitlines() if self.name in line]


@contextmanager
def simulated_cloud(
    *, desktops: int = 60, days: int = 2, start_at: datetime | None = None
) -> Iterator[SimulatorThread]:
    """A small cloud for the block; its control face stays when its REST face refuses."""
    options = Options(desktops=desktops, days=days, control_port=0, start_at=start_at)
    with start_in_thread(options) as running:
        yield running


def control_of(running: SimulatorThread) -> Control:
    return Control(running.control_url)


def add_cloud(
    platform: Platform, name: str, url: str, *, secret: str | None = None, tenant: str = "provider"
) -> CloudSource:
    """Add a cloud as an administrator does on the command line; the right keys unless given."""
    access = Access()
    settings = {"endpoint": url, "project_id": access.project_id, "ak": access.access_key}
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    words += ["--secret-stdin", "sk", "--history-days", "1", "--tenant", tenant]
    sealed = access.secret_key if secret is None else secret
    platform.command("source", "add", "huawei_workspace", name, *words, stdin=f"{sealed}\n")
    return CloudSource(platform=platform, name=name, url=url)
