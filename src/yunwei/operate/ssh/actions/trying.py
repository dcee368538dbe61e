"""Tries of a profile on one desktop: is it reached, is its host key known, may we sign in. What it
runs there is one fixed line; nothing is kept but the key that the desktop showed."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asgiref.sync import sync_to_async

from yunwei.base.core.acts import Act, ActObject, Operation
from yunwei.base.core.errors import Invalid, MachineUnreached
from yunwei.base.core.far import Offer, Ran, Task
from yunwei.base.core.ids import SshProfileId
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.infra.ssh.scripts import run_far_task, start_far_program
from yunwei.base.infra.winrm.meeting import meet
from yunwei.base.infra.winrm.scripts import WindowsProgram
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.ssh import queries, store
from yunwei.operate.ssh.actions.reaching import reached, windows_at
from yunwei.operate.ssh.facts import Kind, Met, Opened, Tried
from yunwei.operate.ssh.rules import is_believed
from yunwei.operate.ssh.store import At

_LONGEST_S = 20.0
_MOST_TOLD = 500
_QUESTIONS = {Kind.SSH: ("shell", "uname -sr; id -un\n"), Kind.WINRM: ("batch", "@ver\n@whoami\n")}


@dataclass(frozen=True)
class _Far:
    """A desktop as it is tried. trusted: its key; offer: becomes the one that it shows."""

    opened: Opened
    found: At
    trusted: str
    offer: Offer


async def try_profile(
    viewer: Viewer, profile: SshProfileId, name: str, *, box: SecretBox, now: datetime
) -> Tried:
    """Reach one desktop by a profile. Raises Refused; Invalid (desktop); Conflict where the
    customer does not allow it."""
    opened, found = await sync_to_async(_prepare)(viewer, profile, name, box, now)
    trusted = await sync_to_async(queries.system_trusted_keys)([found.desktop])
    offer = Offer()
    began = time.monotonic()
    reason, said, told = "", "", ""
    try:
        told = await _ask(_Far(opened, found, trusted.get(found.desktop, ""), offer))
    except MachineUnreached as error:
        reason, said = error.reason, error.message
    believed = is_believed(reason)
    if offer.key and believed is not None:
        met = Met(
            desktop=found.desktop,
            address=found.ip,
            key=offer.key,
            fingerprint=offer.fingerprint,
            is_believed=believed,
        )
        await sync_to_async(queries.system_note_met)([met], now)
    return Tried(
        desktop=found.desktop,
        desktop_name=found.name,
        address=found.ip,
        reason=reason,
        said=said,
        fingerprint=offer.fingerprint,
        told=told,
        took_s=time.monotonic() - began,
    )


def _prepare(
    viewer: Viewer, profile: SshProfileId, name: str, box: SecretBox, now: datetime
) -> tuple[Opened, At]:
    known = queries.access_profile(viewer, profile)
    require(viewer, Permission.MANAGE_SOURCES, known.tenant)
    with transaction() as conn:
        opened = store.open_profiles(conn, [profile], box)[profile]
        found = store.find_desktop(conn, known.tenant, name.strip())
    if found is None:
        raise Invalid("desktop", "no desktop, or more than one, is called so")
    if not found.ip:
        raise Invalid("desktop", "nothing is known of this desktop's address")
    act = Act(
        operation=Operation.SCRIPT,
        tenant=known.tenant,
        things=(ActObject(name=found.name, row=found.row),),
        title=known.name,
        is_customers=viewer.tenant == known.tenant,
    )
    pass_gate(act, by=viewer.name, now=now)
    record(
        None,
        viewer,
        "ssh.try_profile",
        object_kind="ssh_profile",
        object_id=profile,
        object_name=known.name,
        tenant=known.tenant,
        detail=found.name,
    )
    return opened, found


async def _ask(far: _Far) -> str:
    printed: list[bytes] = []
    kind = far.opened.profile.kind
    language, body = _QUESTIONS[kind]
    task = Task(
        mark=f"try-{secrets.token_hex(8)}",
        language=language,
        body=body,
        environment={},
        timeout_s=_LONGEST_S,
    )
    ask = _ask_over_winrm if kind is Kind.WINRM else _ask_over_ssh
    ran = await ask(far, task, printed.append)
    if ran.refusal:
        raise MachineUnreached(ran.refusal)
    if ran.is_lost:
        raise MachineUnreached("ssh_lost")
    return b"".join(printed)[:_MOST_TOLD].decode("utf-8", "replace").strip()


async def _ask_over_ssh(far: _Far, task: Task, take: Callable[[bytes], None]) -> Ran:
    async with reached(far.opened, far.found.ip, far.trusted, far.offer) as connection:
        program = await start_far_program(connection, timeout_s=_LONGEST_S)
        return await run_far_task(program, task, take=take, stop=asyncio.Event())


async def _ask_over_winrm(far: _Far, task: Task, take: Callable[[bytes], None]) -> Ran:
    machine = windows_at(far.opened, far.found.ip, far.found.name, far.trusted)
    timeout_s = far.opened.profile.connect_timeout_s
    digest = await meet(machine, far.offer, timeout_s=timeout_s)
    program = WindowsProgram(machine, digest, timeout_s=timeout_s)

    return await asyncio.to_thread(_run_over_winrm, program, task, take)


def _run_over_winrm(program: WindowsProgram, task: Task, take: Callable[[bytes], None]) -> Ran:
    program.start()
    return program.run_windows_task(task, take=take, is_unwanted=lambda: False)
