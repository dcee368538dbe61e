"""Work that reports tell of: scripts that were run, inspections, situations."""

from datetime import datetime, timedelta

from django.apps import apps

from tests.integration.reports.support import ZONE
from tests.support.pages import Cloud
from yunwei.base.infra.clock import FakeClock
from yunwei.operate.inspection.actions.inspections import ask_inspection
from yunwei.operate.inspection.jobs.making import system_make_next


def run(
    cloud: Cloud,
    name: str,
    started_at: datetime,
    ends: dict[str, int],
    *,
    state: str = "finished",
    reason: str = "",
    waited: bool = False,
) -> None:
    """A script was run on so many desktops, by how it ended on each: `failed:3` has an exit code,
    `skipped:off` a reason. Each takes as many seconds as its place, from 1."""
    script, _made = apps.get_model("scripts", "Script").objects.get_or_create(
        tenant_id=cloud.tenant, name=name, defaults={"language": "shell", "changed_at": started_at}
    )
    runs = apps.get_model("runs", "Run").objects
    made = runs.create(
        tenant_id=cloud.tenant,
        script=script,
        key=f"{name} {runs.count()}",
        script_name=name,
        version=1,
        language="shell",
        sha256="0" * 64,
        digest="0" * 64,
        plan={},
        choice={},
        state=state,
        reason=reason,
        total=sum(ends.values()),
        timeout_s=60,
        created_at=started_at,
        created_by="olga",
        approve_until=started_at + timedelta(days=1) if waited else None,
        judged_by="mia" if waited else "",
        started_at=started_at,
        deadline_at=started_at + timedelta(hours=1),
    )
    place = 0
    for how, count in ends.items():
        ended, _colon, detail = how.partition(":")
        for _number in range(count):
            place += 1
            began = ended in {"succeeded", "failed", "timed_out"}
            apps.get_model("runs", "Target").objects.create(
                run=made,
                place=place,
                desktop_name=f"PC-{place:02d}",
                state=ended,
                exit_code=int(detail) if detail.isdecimal() else None,
                reason="" if detail.isdecimal() else detail,
                started_at=started_at if began else None,
                ended_at=started_at + timedelta(seconds=place if began else 0),
            )


def inspect(cloud: Cloud, when: datetime) -> None:
    """Have the cloud inspected."""
    ask_inspection(cloud.people["olga"], cloud.tenant, None, now=when)
    assert system_make_next(FakeClock(when), time_zone=ZONE)


def situation(
    cloud: Cloud, title: str, opened_at: datetime, hours: float, *, affected: int, members: int
) -> None:
    """Something struck so many desktops, and is over."""
    apps.get_model("governance", "Situation").objects.create(
        tenant_id=cloud.tenant,
        kind="topology",
        key=title,
        state="closed",
        title=title,
        severity="critical",
        opened_at=opened_at,
        changed_at=opened_at + timedelta(hours=hours),
        closed_at=opened_at + timedelta(hours=hours),
        members=members,
        affected=affected,
    )
