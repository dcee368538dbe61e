"""What changes desktops, as jobs that take time. POST /desktops/action, /desktops/logoff,
/desktops/rebuild, /snapshots/batch-create; GET /workspace-jobs, /workspace-sub-jobs, /snapshots."""

from collections.abc import Mapping
from typing import cast

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.errors import invalid, not_found
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world import calendar
from yunwei_sim.world.jobs import Job, Kind, SubJob

type Answer = dict[str, object]
type Body = Mapping[str, object]
type Path = dict[str, str]

MOST_DESKTOPS = 100
_POWER = {
    "os-start": Kind.START,
    "os-stop": Kind.STOP,
    "reboot": Kind.REBOOT,
    "os-hibernate": Kind.HIBERNATE,
}
_WAYS = ("SOFT", "HARD")


def act(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /desktops/action (BatchRunDesktops)."""
    kind = _POWER.get(str(body.get("op_type")))
    if kind is None:
        raise invalid("op_type", f"not one of {', '.join(_POWER)}")
    way = str(body.get("type") or "SOFT")
    if way not in _WAYS:
        raise invalid("type", "neither SOFT nor HARD")
    known, unknown = _desktops(cloud, body)
    failed = [
        {
            "desktop_id": each,
            "desktop_name": None,
            "error_code": "WKS.00139904",
            "error_msg": "The desktop does not exist",
        }
        for each in unknown
    ]
    job = cloud.jobs.begin(kind, known, is_forced=way == "HARD") if known else None
    return {"failed_operation_list": failed, "job_id": job.id if job else None}


def log_off(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /desktops/logoff (BatchLogoffDesktops): answers nothing."""
    known, unknown = _desktops(cloud, body)
    if unknown:
        raise not_found("desktop", unknown[0])
    cloud.jobs.begin(Kind.LOG_OFF, known)
    return {}


def rebuild(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /desktops/rebuild (BatchRebuildDesktopsSystemDisk)."""
    known, unknown = _desktops(cloud, body)
    if unknown:
        raise not_found("desktop", unknown[0])
    return {"job_id": cloud.jobs.begin(Kind.REBUILD, known).id}


def create_snapshots(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /snapshots/batch-create (BatchCreateDesktopSnapshot)."""
    if body.get("disk_type") not in {"SYSTEM_DISK", "DATA_DISKS", "ALL"}:
        raise invalid("disk_type", "not one of SYSTEM_DISK, DATA_DISKS, ALL")
    known, unknown = _desktops(cloud, body)
    if unknown:
        raise not_found("desktop", unknown[0])
    return {"job_id": cloud.jobs.begin(Kind.SNAPSHOT, known).id}


def restore_snapshots(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /snapshots/batch-restore (BatchRestoreDesktopSnapshot)."""
    ids = body.get("snapshot_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_DESKTOPS:
        raise invalid("snapshot_ids", f"between 1 and {MOST_DESKTOPS} snapshots")
    known = {each.id: each.desktop for each in cloud.jobs.snapshots}
    named = [str(each) for each in cast("list[object]", ids)]
    unknown = [each for each in named if each not in known]
    if unknown:
        raise not_found("snapshot", unknown[0])
    return {"job_id": cloud.jobs.begin(Kind.RESTORE, [known[each] for each in named]).id}


def show_job(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /workspace-jobs/{job_id} (ShowJob)."""
    job = cloud.jobs.find(path["job_id"])
    if job is None:
        raise not_found("job", path["job_id"])
    parts = [_part(cloud, job, each) for each in job.parts]
    return {
        "id": job.id,
        "job_type": job.kind.value,
        "begin_time": calendar.iso_utc(job.began_s),
        "end_time": _end(cloud, job),
        "status": _status(cloud, job, has_failed=any(each.has_failed for each in job.parts)),
        "job_error_code": None,
        "fail_reason": next((each.reason for each in job.parts if each.has_failed), None),
        "sub_jobs_total": len(parts),
        "sub_jobs": parts,
    }


def list_sub_jobs(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /workspace-sub-jobs (ListItaSubJobs): the newest first."""
    offset, limit = query.page(default=10, most=100)
    job_id, job_type = query.text("job_id"), query.text("job_type")
    found = [
        _part(cloud, job, part)
        for job in reversed(cloud.jobs.jobs)
        for part in job.parts
        if job_id in {None, job.id} and job_type in {None, job.kind.value}
    ]
    return {"total_count": len(found), "jobs": found[offset : offset + limit]}


def list_snapshots(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /snapshots (ListDesktopSnapshot)."""
    offset, limit = query.page(default=10, most=100)
    wanted = query.text("desktop_id")
    fleet = cloud.world.fleet
    found = [
        {
            "snapshot_id": each.id,
            "snapshot_name": each.name,
            "is_system_disk": True,
            "desktop_id": fleet.ids[each.desktop],
            "desktop_name": fleet.names[each.desktop],
            "status": "create_success",
            "create_time": calendar.iso_utc(each.at_s),
        }
        for each in reversed(cloud.jobs.snapshots)
        if wanted in {None, fleet.ids[each.desktop]}
    ]
    return {"desktop_snapshots": found[offset : offset + limit], "total_count": len(found)}


def _desktops(cloud: Cloud, body: Body) -> tuple[list[int], list[str]]:
    ids = body.get("desktop_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_DESKTOPS:
        raise invalid("desktop_ids", f"between 1 and {MOST_DESKTOPS} desktops")
    numbers = cloud.world.fleet.number_of
    named = [str(each) for each in cast("list[object]", ids)]
    return [numbers[each] for each in named if each in numbers], [
        each for each in named if each not in numbers
    ]


def _part(cloud: Cloud, job: Job, part: SubJob) -> Answer:
    fleet = cloud.world.fleet
    identity = part.identity or fleet.ids[part.desktop]
    name = part.name or fleet.names[part.desktop]
    return {
        "id": part.id,
        "job_id": job.id,
        "job_type": job.kind.value,
        "entities": {"desktop_id": identity, "desktop_name": name},
        "begin_time": calendar.iso_utc(job.began_s),
        "end_time": _end(cloud, job),
        "status": _status(cloud, job, has_failed=part.has_failed),
        "error_code": "WKS.00131001" if part.has_failed and _is_over(cloud, job) else None,
        "fail_reason": part.reason if part.has_failed and _is_over(cloud, job) else None,
    }


def _is_over(cloud: Cloud, job: Job) -> bool:
    return job.is_over(cloud.world.at_s)


def _end(cloud: Cloud, job: Job) -> str | None:
    return calendar.iso_utc(job.ends_s) if _is_over(cloud, job) else None


def _status(cloud: Cloud, job: Job, *, has_failed: bool) -> str:
    if not _is_over(cloud, job):
        return "RUNNING"
    return "FAIL" if has_failed else "SUCCESS"
