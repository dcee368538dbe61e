"""Scripts over the service: an order as it wants it, its records as ours. The act `run_script`.

The service takes a text and no environment. Values are therefore set at the head of the text, in
quotes of its language that nothing can leave; what has no such quotes is refused.
"""

import math
import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta

from yunwei.base.core.errors import Invalid
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.client import (
    SCRIPT_RECORDS_LIMIT,
    WorkspaceClient,
    every_page,
)
from yunwei.plugins.connectors.huawei_workspace.mapping.values import (
    parse_count,
    parse_optional_time,
)
from yunwei.plugins.sdk.contract import FarRecord, FarState, ScriptOrder

LONGEST = 100_000
MOST_DESKTOPS = 5000
_KINDS = {"powershell": "POWERSHELL", "batch": "BAT", "shell": "SHELL"}
_STATES: Mapping[str, FarState] = {
    **dict.fromkeys(("WAITING", "INIT", "PENDING", "WAIT"), FarState.WAITING),
    **dict.fromkeys(("RUNNING", "EXECUTING", "PROCESSING"), FarState.RUNNING),
    **dict.fromkeys(("SUCCESS", "SUCCEEDED", "FINISH"), FarState.SUCCEEDED),
    **dict.fromkeys(("FAILED", "FAIL", "ERROR", "TIMEOUT"), FarState.FAILED),
    **dict.fromkeys(("SKIP", "SKIPPED"), FarState.SKIPPED),
    **dict.fromkeys(("STOP", "STOPPED", "CANCEL", "CANCELED"), FarState.STOPPED),
}
"""The service publishes no list of its words; one that is not here is `unknown`, never an end."""
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
_CANARY_BATCH = 1
_CLOCKS = timedelta(minutes=2)
"""So far may the service's clock be from ours."""
_MOST_PAGES = 20


async def start_script(client: WorkspaceClient, order: ScriptOrder) -> str:
    """Give the order and return the service's task. Raises Invalid, SourceError."""
    return (await client.execute_script(build_order(order))).task_id


def build_order(order: ScriptOrder) -> answers.ExecuteScript:
    """Return what is sent; raises Invalid for what the service can not carry out."""
    kind = _KINDS.get(order.language)
    if kind is None:
        raise Invalid("language", f"Huawei Workspace runs no {order.language}")
    if not 1 <= len(order.desktops) <= MOST_DESKTOPS:
        raise Invalid("desktops", f"between 1 and {MOST_DESKTOPS} desktops")
    command = write_head(order.language, order.environment) + order.body
    if len(command) > LONGEST:
        raise Invalid("body", f"at most {LONGEST} characters")
    return answers.ExecuteScript(
        resource_type="DESKTOP",
        resource_ids=list(order.desktops),
        command=command,
        command_type=kind,
        execution_timeout=max(1, math.ceil(order.timeout_s / 60)),
        gray_resource_ids=list(order.canary) or None,
        gray_fail_threshold=(order.fail_threshold or None) if order.canary else None,
    )


def write_head(language: str, environment: Mapping[str, str]) -> str:
    """Return lines that set the values; raises Invalid for what can not be quoted."""
    for name, value in environment.items():
        if not _NAME.fullmatch(name) or any(ord(sign) < 32 for sign in value):
            raise Invalid(name, "no line breaks or control characters")
    if not environment:
        return ""
    return "".join(_WRITERS[language](name, value) for name, value in environment.items())


def _write_powershell(name: str, value: str) -> str:
    # PowerShell takes the typographic quotes for quotes, too
    return f"$env:{name} = '{re.sub("(['‘’‚‛])", r'\1\1', value)}'\n"


def _write_shell(name: str, value: str) -> str:
    quoted = value.replace("'", "'\\''")
    return f"export {name}='{quoted}'\n"


def _write_batch(name: str, value: str) -> str:
    if re.search(r'[%!^"&|<>]', value):
        raise Invalid(name, 'batch over Huawei Workspace takes no % ! ^ " & | < >')
    return f'@set "{name}={value}"\n'


_WRITERS: Mapping[str, Callable[[str, str], str]] = {
    "powershell": _write_powershell,
    "shell": _write_shell,
    "batch": _write_batch,
}


async def find_orders(
    client: WorkspaceClient, desktops: tuple[str, ...], canary: tuple[str, ...], since: datetime
) -> tuple[str, ...]:
    """Return the tasks on exactly these desktops that began after `since`. The service keeps no
    word of ours with a task, so its desktops are what it is known by."""
    found = []
    for page in range(_MOST_PAGES):
        items, _total = await client.list_script_tasks(page * SCRIPT_RECORDS_LIMIT)
        starts = [(each, parse_optional_time(each.start_time)) for each in items]
        found += [
            each.id
            for each, at in starts
            if at is not None
            and at >= since - _CLOCKS
            and set(each.resource_ids or ()) == set(desktops)
            and set(each.gray_resource_ids or ()) == set(canary)
        ]
        is_past = any(at is not None and at < since - _CLOCKS for _each, at in starts)
        if is_past or len(items) < SCRIPT_RECORDS_LIMIT:
            break
    return tuple(found)


async def read_records(
    client: WorkspaceClient, task_id: str
) -> AsyncIterator[tuple[FarRecord, ...]]:
    """Yield the records of an order, 100 a page, without outputs."""

    async def fetch(offset: int) -> tuple[list[answers.ScriptRecord], int | None]:
        return await client.list_script_records(offset, task_id=task_id)

    async for items, _total in every_page(fetch):
        yield tuple(map_record(each) for each in items)


async def read_output(client: WorkspaceClient, record_id: str) -> str:
    return (await client.fetch_script_record(record_id)).output or ""


def map_record(record: answers.ScriptRecord) -> FarRecord:
    said = record.status or ""
    return FarRecord(
        native_id=record.id,
        desktop=record.resource_id,
        state=_STATES.get(said.upper(), FarState.UNKNOWN),
        said=said,
        is_canary=record.execute_order == _CANARY_BATCH,
        exit_code=parse_count(record.result_code),
        reason=record.reason or "",
        started_at=parse_optional_time(record.start_time),
        ended_at=parse_optional_time(record.end_time),
    )
