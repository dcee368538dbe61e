"""A process that does nothing but make one report and set it as PDF; says what memory it took.

    python -m tests.bench.report_process TENANT DEFINITION LANGUAGE FIRST_DAY NOW

The tables are another's work, who has closed them before: their folder is YUNWEI_DATA_DIR.
"""

import json
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clickhouse import open_clickhouse
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.settings import load_settings
from yunwei.run.django_process import set_up_django

ZONE = "Asia/Shanghai"


class Watch(threading.Thread):
    """Looks at what is this process's own, beside the libraries that it has mapped."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most_mb = 0.0
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.005):
            self.most_mb = max(self.most_mb, read_mb("RssAnon"))


def read_mb(name: str) -> float:
    """Return what the kernel says of this process: VmRSS now, VmHWM at its peak."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def main(tenant: TenantId, definition: str, language: str, first_day: str, now: datetime) -> None:
    set_up_django()
    from yunwei.base.people import queries as people
    from yunwei.monitor.telemetry import actions as telemetry
    from yunwei.operate.reports import actions, jobs, queries
    from yunwei.operate.reports.archive import ReportDraft
    from yunwei.operate.reports.periods import PeriodKind, period_of
    from yunwei.operate.reports.render.formats import FORMATS, FileKind
    from yunwei.operate.usage import actions as usage

    door = open_clickhouse(load_settings())
    telemetry.use_clickhouse(door)
    usage.use_clickhouse(door)
    ready_mb = read_mb("VmRSS")
    watch = Watch()
    watch.start()
    began_s = time.perf_counter()
    root = people.viewer_by_name("root", address="192.0.2.1")
    period = period_of(PeriodKind.MONTH, datetime.fromisoformat(first_day).date(), ZONE)
    draft = ReportDraft(tenant=tenant, definition=definition, language=language, period=period)
    report = actions.ask_report(root, draft, now=now)
    jobs.ReportMaker(FakeClock(now), public_url="http://yunwei.test", time_zone=ZONE).go_round()
    content = queries.fetch_content(root, report)
    paper = FORMATS[FileKind.PDF].render(content)
    watch.is_over.set()
    told = {
        "ready_mb": ready_mb,
        "own_mb": watch.most_mb,
        "peak_mb": read_mb("VmHWM"),
        "took_s": time.perf_counter() - began_s,
        "coverage": content.coverage.share,
        "paper_bytes": len(paper),
    }
    sys.stdout.write(json.dumps(told))
    door.close()


if __name__ == "__main__":
    _, told_tenant, told_definition, told_language, told_day, told_now = sys.argv
    asked = told_definition, told_language, told_day
    main(TenantId(int(told_tenant)), *asked, datetime.fromisoformat(told_now))
