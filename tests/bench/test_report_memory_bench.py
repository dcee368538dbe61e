"""What a month's report takes of memory, in a process that does nothing else.

Filling the tables leaves free memory behind that a report would take without being seen to, so
another process makes it. `memory`: how much more that process has at its peak than when it was
ready, chDB's reading with it. `memory_of_all`: its own memory at the peak, from its first import,
without the files that it has mapped: of these chDB's library alone is 300 MB, which the system
shares and drops as it likes.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.conftest import Figures
from tests.bench.test_reports_bench import NOW, OCTOBER, fill
from tests.support.postgres import url_of
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clickhouse import open_clickhouse
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.settings import Settings
from yunwei.monitor.telemetry import actions as telemetry
from yunwei.operate.usage import actions as usage

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("desktops", [2_000, 10_000])
def test_memory(
    tmp_path: Path, figures: Figures, monkeypatch: pytest.MonkeyPatch, desktops: int
) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda clock: NOW)
    tenant = fill_folder(tmp_path, desktops)
    for language in ("zh-hans", "en"):
        told = make(tmp_path, tenant, language)
        assert told["coverage"] > 0.9
        assert told["paper_bytes"] > 100_000
        name = f"reports.monthly.{desktops}_desktops.{language[:2]}"
        figures.add(f"{name}.resident_when_ready", told["ready_mb"], "MB")
        figures.add(f"{name}.resident_at_peak", told["peak_mb"], "MB")
        figures.check(f"{name}.memory", told["peak_mb"] - told["ready_mb"], "MB")
        figures.check(f"{name}.memory_of_all", told["own_mb"], "MB")


def fill_folder(folder: Path, desktops: int) -> TenantId:
    """Fill the tables and close them: chDB's folder is of one process at a time."""
    settings = Settings(data_dir=folder)
    door = open_clickhouse(settings)
    telemetry.migrate(door, settings)
    telemetry.use_clickhouse(door)
    usage.use_clickhouse(door)
    try:
        return fill(door, desktops)
    finally:
        telemetry.use_clickhouse(None)
        usage.use_clickhouse(None)
        door.close()


def make(folder: Path, tenant: TenantId, language: str) -> dict[str, Any]:
    words = (str(tenant), "monthly", language, OCTOBER.first.isoformat(), NOW.isoformat())
    environ = {
        "DJANGO_SETTINGS_MODULE": "yunwei.run.django_settings",
        "YUNWEI_DATA_DIR": str(folder),
        "YUNWEI_DATABASE_URL": url_of("test_main"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.report_process", *words],
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told
