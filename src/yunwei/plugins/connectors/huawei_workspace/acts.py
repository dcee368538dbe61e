"""Acts on desktops through the service: power, logging off, rebuilding, snapshots.

Every act but logging off is a job of the service. Logging off is answered with nothing, so its end
is seen at the desktop: nobody is on it any more.
"""

from collections.abc import Mapping
from datetime import datetime

from yunwei.base.core.errors import Refused
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient
from yunwei.plugins.connectors.huawei_workspace.mapping.inventory import (
    map_login_state,
    map_state,
)
from yunwei.plugins.connectors.huawei_workspace.mapping.values import parse_optional_time
from yunwei.plugins.sdk.contract import DesktopAct, FarAct, FarDesktop, FarState

_POWER: Mapping[DesktopAct, tuple[str, str]] = {
    DesktopAct.START: ("os-start", "SOFT"),
    DesktopAct.STOP: ("os-stop", "SOFT"),
    DesktopAct.RESTART: ("reboot", "SOFT"),
    DesktopAct.FORCE_RESTART: ("reboot", "HARD"),
}
_JOB_TYPES: Mapping[DesktopAct, tuple[str, ...]] = {
    DesktopAct.START: ("START_DESKTOP",),
    DesktopAct.STOP: ("STOP_DESKTOP",),
    DesktopAct.RESTART: ("REBOOT_DESKTOP",),
    DesktopAct.FORCE_RESTART: ("REBOOT_DESKTOP",),
    DesktopAct.REBUILD: ("REBUILD_DESKTOP",),
    DesktopAct.SNAPSHOT: ("CREATE_DESKTOP_SNAPSHOT",),
    DesktopAct.RESTORE: ("RESTORE_DESKTOP_SNAPSHOT",),
    DesktopAct.LOG_OFF: ("LOGOFF_DESKTOP",),
}
"""The service publishes no list of its job types; what is not found is not known to have begun."""
_STATES: Mapping[str, FarState] = {
    **dict.fromkeys(("WAITING", "INIT", "PENDING"), FarState.WAITING),
    **dict.fromkeys(("RUNNING", "PROCESSING", "EXECUTING"), FarState.RUNNING),
    **dict.fromkeys(("SUCCESS", "SUCCEEDED", "FINISHED"), FarState.SUCCEEDED),
    **dict.fromkeys(("FAIL", "FAILED", "ERROR", "TIMEOUT"), FarState.FAILED),
}
_ON_IT = ("CONNECTED", "DISCONNECTED")


async def begin_act(client: WorkspaceClient, act: DesktopAct, desktop: str) -> str:
    """See `sdk.contract.ControlsDesktops`."""
    if act is DesktopAct.LOG_OFF:
        await client.log_off_desktops([desktop])
        return ""
    if act is DesktopAct.REBUILD:
        begun = await client.rebuild_desktops([desktop])
    elif act is DesktopAct.RESTORE:
        snapshot = await client.newest_snapshot(desktop)
        if snapshot is None:
            raise Refused("the desktop has no snapshot")
        begun = await client.restore_snapshot(snapshot)
    elif act is DesktopAct.SNAPSHOT:
        begun = await client.snapshot_desktops([desktop], "yunwei")
    else:
        op_type, way = _POWER[act]
        body = answers.ActDesktops(desktop_ids=[desktop], op_type=op_type, type=way)
        begun = await client.act_on_desktops(body)
    failed = begun.failed_operation_list or []
    if failed:
        first = failed[0]
        raise Refused(" ".join(each for each in (first.error_code, first.error_msg) if each))
    return begun.job_id or ""


async def find_act(
    client: WorkspaceClient, act: DesktopAct, desktop: str, since: datetime
) -> str | None:
    """See `sdk.contract.ControlsDesktops`. Looks through the newest hundred jobs of the type."""
    for job_type in _JOB_TYPES[act]:
        for job in await client.list_sub_jobs(job_type):
            begun_at = parse_optional_time(job.begin_time)
            is_here = job.entities is not None and job.entities.desktop_id == desktop
            if is_here and begun_at is not None and begun_at >= since:
                return job.job_id
    return None


async def read_act(client: WorkspaceClient, act: DesktopAct, desktop: str, number: str) -> FarAct:
    """See `sdk.contract.ControlsDesktops`."""
    if number:
        return await read_job(client, number, desktop)
    found = await client.fetch_desktop(desktop)
    said = found.login_status or ""
    state = FarState.RUNNING if said in _ON_IT else FarState.SUCCEEDED
    return FarAct(state=state if act is DesktopAct.LOG_OFF else FarState.UNKNOWN, said=said)


async def read_job(client: WorkspaceClient, number: str, desktop: str = "") -> FarAct:
    """Return how a job stands, as far as it is about a desktop."""
    job = await client.fetch_job(number)
    parts = [each for each in job.sub_jobs or [] if each.entities is not None]
    mine = [each for each in parts if each.entities and each.entities.desktop_id == desktop]
    part = mine[0] if mine else None
    said = (part.status if part else job.status) or ""
    reason = (part.fail_reason if part else job.fail_reason) or ""
    return FarAct(state=_STATES.get(said.upper(), FarState.UNKNOWN), said=said, reason=reason)


async def read_desktop(client: WorkspaceClient, desktop: str) -> FarDesktop:
    """See `sdk.contract.ControlsDesktops`."""
    found = await client.fetch_desktop(desktop)
    return FarDesktop(
        state=map_state(found.status, found.task_status),
        login_state=map_login_state(found.login_status),
    )
