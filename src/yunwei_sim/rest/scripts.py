"""Scripts: the cloud's library, orders with a grey batch, records with output, stop and retry.

Paths under /scripts and /script-execution…. Shapes are those of the vendor's SDK; the words of a
record's `status` are ours, since nobody publishes them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yunwei_sim.rest.errors import invalid, not_found
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world.calendar import iso_utc
from yunwei_sim.world.catalogue import IMAGES
from yunwei_sim.world.errands import KINDS, Errand, KeptScript, Record, State, Target, begin
from yunwei_sim.world.replies import harms, heals

if TYPE_CHECKING:
    from yunwei_sim.rest.cloud import Cloud

type Answer = dict[str, object]
type Path = dict[str, str]
type Body = Mapping[str, object]

_LONGEST = 100_000
_MOST_DESKTOPS = 5000


@dataclass(slots=True)
class Errands:
    """What the cloud remembers of scripts."""

    library: dict[str, KeptScript] = field(default_factory=dict)
    orders: dict[str, Errand] = field(default_factory=dict)

    def record(self, id: str) -> tuple[Errand, Record]:
        for order in self.orders.values():
            for record in order.records:
                if record.id == id:
                    return order, record
        raise not_found("script record", id)

    def order(self, id: str) -> Errand:
        if id not in self.orders:
            raise not_found("script task", id)
        return self.orders[id]


# The library

_HARM_LASTS_S = 4 * 3600


def create_script(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /scripts (CreateScript)."""
    now_s = cloud.world.at_s
    script = KeptScript(
        id=str(uuid.uuid4()),
        name=_text(body, "name", most=64),
        kind=_kind(body, "type"),
        content=_text(body, "content", most=_LONGEST),
        description=_text(body, "description", most=255, needed=False),
        version=_text(body, "version", most=64, needed=False),
        created_s=now_s,
        updated_s=now_s,
    )
    cloud.errands.library[script.id] = script
    return {"script_id": script.id}


def list_scripts(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /scripts (ListScripts): limit 1 to 100."""
    offset, limit = query.page(default=10, most=100)
    found = list(cloud.errands.library.values())
    page = [_describe_script(each) for each in found[offset : offset + limit]]
    return {"count": len(found), "scripts": page}


def show_script(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /scripts/{script_id} (ShowScriptDetail)."""
    script = _script(cloud, path["script_id"])
    return _describe_script(script) | {"content": script.content}


def update_script(cloud: Cloud, body: Body, path: Path) -> Answer:
    """PUT /scripts/{script_id} (UpdateScript)."""
    script = _script(cloud, path["script_id"])
    for name, most in (("name", 64), ("description", 255), ("version", 64), ("content", _LONGEST)):
        if body.get(name) is not None:
            setattr(script, name, _text(body, name, most=most))
    script.updated_s = cloud.world.at_s
    return {}


def delete_script(cloud: Cloud, body: Body, path: Path) -> Answer:
    """DELETE /scripts/{script_id} (DeleteScript)."""
    del cloud.errands.library[_script(cloud, path["script_id"]).id]
    return {}


def _script(cloud: Cloud, id: str) -> KeptScript:
    if id not in cloud.errands.library:
        raise not_found("script", id)
    return cloud.errands.library[id]


# Orders


def execute(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /script-executions (ExecuteScriptOrCommand)."""
    if _text(body, "resource_type", most=32) != "DESKTOP":
        raise invalid("resource_type", "not DESKTOP")
    wanted = _ids(body, "resource_ids", most=_MOST_DESKTOPS)
    if not wanted:
        raise invalid("resource_ids", "empty")
    return {"task_id": _order(cloud, body, wanted).id}


def execute_in_pool(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /desktop-pools/{pool_id}/script-executions (ExecuteDesktopPoolScript)."""
    fleet = cloud.world.fleet
    pool = next((each for each in fleet.pools if each.id == path["pool_id"]), None)
    if pool is None:
        raise not_found("desktop pool", path["pool_id"])
    wanted = list(fleet.ids[pool.first : pool.first + pool.size])
    command = {**body, "command": body.get("command_content")}
    return {"task_id": _order(cloud, command, wanted).id}


def _order(cloud: Cloud, body: Body, wanted: Sequence[str]) -> Errand:
    scripts = [_script(cloud, each) for each in _ids(body, "script_ids", most=100)]
    command = _text(body, "command", most=_LONGEST, needed=False)
    if bool(scripts) == bool(command):
        raise invalid("command", "exactly one of script_ids and command is needed")
    kind = _kind(body, "command_type") if command else ""
    grey = _grey(body, wanted)
    threshold = _whole(body, "gray_fail_threshold", 0)
    if threshold and not threshold <= len(grey):
        raise invalid("gray_fail_threshold", "larger than the gray batch")
    order = Errand(
        id=str(uuid.uuid4()),
        scripts=scripts,
        records=[],
        grey_ids=grey,
        fail_threshold=threshold,
        timeout_s=60 * _whole(body, "execution_timeout", 1, least=1),
        given_s=cloud.world.at_s,
    )
    chosen: list[KeptScript | None] = [*scripts] or [None]
    for target in _targets(cloud, wanted):
        place = 0 if not grey else 1 if target.id in grey else 2
        for script in chosen:
            order.records.append(_record(target, script, (kind, command), place))
    for record in order.records:
        if record.order == 1:
            begin(record, order.given_s, timeout_s=order.timeout_s)
    order.advance(order.given_s)
    cloud.errands.orders[order.id] = order
    return order


def _record(
    target: Target, script: KeptScript | None, command: tuple[str, str], order: int
) -> Record:
    kind, content = (script.kind, script.content) if script else command
    return Record(
        id=str(uuid.uuid4()), target=target, script=script, kind=kind, content=content, order=order
    )


def _grey(body: Body, wanted: Sequence[str]) -> list[str]:
    named = _ids(body, "gray_resource_ids", most=_MOST_DESKTOPS)
    if strangers := [each for each in named if each not in set(wanted)]:
        raise invalid("gray_resource_ids", f"{strangers[0]} is not among resource_ids")
    count = _whole(body, "gray_count", 0)
    if count > len(wanted):
        raise invalid("gray_count", "larger than the number of desktops")
    return named or list(wanted[:count])


def _targets(cloud: Cloud, wanted: Sequence[str]) -> list[Target]:
    fleet, states = cloud.world.fleet, cloud.states()
    found: list[Target] = []
    for id in wanted:
        number = fleet.number_of.get(id)
        if number is None:
            raise not_found("desktop", id)
        is_on = not bool(states.unreachable[number]) and int(states.status[number]) == 0
        system = IMAGES[int(fleet.image[number])].os_type
        found.append(Target(id=id, name=fleet.names[number], system=system, is_on=is_on))
    return found


def list_orders(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /script-execution-tasks (ListScriptTasks): the newest first, limit 1 to 100."""
    offset, limit = query.page(default=10, most=100)
    now_s, found = cloud.world.at_s, list(reversed(cloud.errands.orders.values()))
    for order in found:
        order.advance(now_s)
    return {
        "count": len(found),
        "script_tasks": [_describe_order(each, now_s) for each in found[offset : offset + limit]],
    }


def list_records(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /script-execution-records (ListScriptRecords): limit 1 to 100, without outputs."""
    offset, limit = query.page(default=10, most=100)
    now_s = cloud.world.at_s
    wanted, task = query.many("resource_id"), query.text("script_task_id")
    status = query.choice("status", State)
    orders = [cloud.errands.order(task)] if task else list(cloud.errands.orders.values())
    for order in orders:
        order.advance(now_s)
        _mend(cloud, order, now_s)
    found = [
        (order, record)
        for order in orders
        for record in order.records
        if (not wanted or record.target.id in wanted)
        and (status is None or record.state(now_s) == status)
    ]
    page = [_describe_record(*each, now_s) for each in found[offset : offset + limit]]
    return {"count": len(found), "script_records": page}


def _mend(cloud: Cloud, order: Errand, now_s: int) -> None:
    """Let faults end or begin that scripts have mended or made on their desktops by now."""
    for record in order.records:
        if record.is_told or record.state(now_s) is not State.SUCCESS:
            continue
        record.is_told = True
        if harmed := harms(record.content):
            cloud.world.inject(harmed, target=record.target.id, lasts_s=_HARM_LASTS_S)
        mended = heals(record.content)
        for fault in tuple(cloud.world.troubles.active):
            if fault.kind.name == mended and fault.target_id == record.target.id:
                cloud.world.remove(fault.id)


def show_record(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /script-execution-records/{record_id} (ShowScriptRecordDetail): with the output."""
    now_s = cloud.world.at_s
    order, record = cloud.errands.record(path["record_id"])
    order.advance(now_s)
    output = record.output if record.is_over(now_s) else ""
    return _describe_record(order, record, now_s) | {"output": output}


def stop(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /script-executions/stop (StopScriptExecution): a whole order, or one record."""
    now_s = cloud.world.at_s
    order, records = _meant(cloud, body)
    order.advance(now_s)
    for record in records:
        if not record.is_over(now_s):
            record.ends_as, record.reason = State.STOP, "The execution was stopped."
            record.ends_s = now_s if record.starts_s is not None else None
    order.is_stopped = order.is_stopped or len(records) == len(order.records)
    return {}


def retry(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /script-executions/retry (RetryScriptExecution): what failed, or one record."""
    now_s = cloud.world.at_s
    order, records = _meant(cloud, body)
    order.advance(now_s)
    again = [each for each in records if each.state(now_s) in {State.FAILED, State.STOP}]
    for record in again:
        record.attempt += 1
        record.ends_as, record.code, record.reason = State.WAITING, None, ""
        begin(record, now_s, timeout_s=order.timeout_s)
    return {"task_id": order.id}


def _meant(cloud: Cloud, body: Body) -> tuple[Errand, list[Record]]:
    task = _text(body, "task_id", most=64, needed=False)
    record = _text(body, "record_id", most=64, needed=False)
    if record:
        order, found = cloud.errands.record(record)
        return order, [found]
    if not task:
        raise invalid("task_id", "task_id or record_id is needed")
    order = cloud.errands.order(task)
    return order, order.records


# Words


def _describe_script(script: KeptScript) -> Answer:
    return {
        "id": script.id,
        "name": script.name,
        "description": script.description,
        "type": script.kind,
        "version": script.version,
        "create_time": iso_utc(script.created_s),
        "update_time": iso_utc(script.updated_s),
    }


def _describe_order(order: Errand, now_s: int) -> Answer:
    ends = [each.ends_s for each in order.records if each.ends_s is not None]
    is_running = order.state(now_s) == "RUNNING"
    return {
        "id": order.id,
        "task_scripts": [{"id": each.id, "name": each.name} for each in order.scripts],
        "resource_type": "DESKTOP",
        "resource_ids": list(dict.fromkeys(each.target.id for each in order.records)),
        "gray_resource_ids": order.grey_ids,
        "success_num": order.count(State.SUCCESS, now_s),
        "failed_num": order.count(State.FAILED, now_s),
        "skip_num": order.count(State.SKIP, now_s),
        "start_time": iso_utc(order.given_s),
        "end_time": None if is_running else iso_utc(max(ends, default=order.given_s)),
        "status": order.state(now_s),
    }


def _describe_record(order: Errand, record: Record, now_s: int) -> Answer:
    is_over = record.is_over(now_s)
    has_begun = record.starts_s is not None and record.starts_s <= now_s
    return {
        "id": record.id,
        "script_id": record.script.id if record.script else None,
        "script_name": record.script.name if record.script else None,
        "script_task_id": order.id,
        "resource_id": record.target.id,
        "resource_name": record.target.name,
        "resource_type": "DESKTOP",
        "start_time": iso_utc(record.starts_s) if has_begun and record.starts_s else None,
        "end_time": iso_utc(record.ends_s) if is_over and record.ends_s else None,
        "status": record.state(now_s).value,
        "execute_order": record.order,
        "result_code": None if not is_over or record.code is None else str(record.code),
        "reason": (record.reason or None) if is_over else None,
    }


def _text(body: Body, name: str, *, most: int, needed: bool = True) -> str:
    value = body.get(name)
    if value is None or value == "":
        if needed:
            raise invalid(name, "missing")
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise invalid(name, f"not a text of at most {most} characters")
    return value


def _kind(body: Body, name: str) -> str:
    kind = _text(body, name, most=32)
    if kind not in KINDS:
        raise invalid(name, f"not one of {', '.join(KINDS)}")
    return kind


def _whole(body: Body, name: str, usual: int, *, least: int = 0) -> int:
    value = body.get(name)
    if value is None:
        return usual
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise invalid(name, f"not a whole number of at least {least}")
    return value


def _ids(body: Body, name: str, *, most: int) -> list[str]:
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise invalid(name, "not a list of ids")
    if len(value) > most:
        raise invalid(name, f"at most {most} values are allowed")
    return list(dict.fromkeys(value))
