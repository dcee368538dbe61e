"""Tries of a profile on one desktop: is it reached, is its host key known, may we sign in. What it
runs there is one fixed line; nothing is kept but the key that the desktop showed."""

import asyncio
import secrets
import time
from datetime import datetime

from asgiref.sync import sync_to_async

from yunwei.base.core.acts import Act, ActObject, Operation
from yunwei.base.core.errors import Invalid, MachineUnreached
from yunwei.base.core.ids import SshProfileId
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.infra.ssh.connection import Offer
from yunwei.base.infra.ssh.scripts import Task, run_far_task, start_far_program
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.ssh import queries, store
from yunwei.operate.ssh.actions.reaching import reached
from yunwei.operate.ssh.facts import Met, Opened, Tried
from yunwei.operate.ssh.rules import is_believed
from yunwei.operate.ssh.store import At

_LONGEST_S = 20.0
_MOST_TOLD = 500
_QUESTION = "uname -sr; id -un\n"


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
        told = await _ask(opened, found, trusted.get(found.desktop, ""), offer)
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


async def _ask(opened: Opened, found: At, trusted: str, offer: Offer) -> str:
    printed: list[bytes] = []
    task = Task(
        mark=f"try-{secrets.token_hex(8)}",
        language="shell",
        body=_QUESTION,
        environment={},
        timeout_s=_LONGEST_S,
    )
    async with reached(opened, found.ip, trusted, offer) as connection:
        program = await start_far_program(connection, take=printed.append, timeout_s=_LONGEST_S)
        ran = await run_far_task(program, task, stop=asyncio.Event())
    if ran.refusal:
        raise MachineUnreached(ran.refusal)
    if ran.code is None:
        raise MachineUnreached("ssh_lost")
    return b"".join(printed)[:_MOST_TOLD].decode("utf-8", "replace").strip()
