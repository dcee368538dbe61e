"""Connections by a profile: to the desktop itself, or through its jump host. Used by who runs
scripts and by who tries a profile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncssh

from yunwei.base.core.errors import MachineUnreached
from yunwei.base.core.far import Offer
from yunwei.base.infra.ssh.connection import Login, Machine, Trust, connect
from yunwei.base.infra.winrm.meeting import Windows
from yunwei.operate.ssh.facts import HostTrust, Opened, SignIn


def login_of(opened: Opened) -> Login:
    return Login(
        user=opened.profile.user,
        password=opened.password,
        private_key=opened.private_key,
        passphrase=opened.passphrase,
        certificate=opened.certificate,
    )


def machine_at(opened: Opened, address: str, trusted: str) -> Machine:
    """Return a desktop as it is connected to. trusted: its host key, "" when none is known."""
    profile = opened.profile
    trust = Trust(
        key=trusted,
        authority=profile.host_authority,
        takes_first=profile.trust is HostTrust.FIRST_USE,
    )
    return Machine(host=address, port=profile.port, login=login_of(opened), trust=trust)


def windows_at(opened: Opened, address: str, name: str, trusted: str) -> Windows:
    """Return a desktop as it is reached over WinRM. trusted: its certificate, as `machine_at`."""
    profile = opened.profile
    return Windows(
        host=address,
        port=profile.port,
        name=name,
        user=profile.user,
        password=opened.password,
        is_basic=profile.sign_in is SignIn.BASIC,
        key=trusted,
        authority=profile.host_authority,
        takes_first=profile.trust is HostTrust.FIRST_USE,
    )


async def connect_jump_host(opened: Opened) -> asyncssh.SSHClientConnection:
    """Return a connection to a profile's jump host; raises MachineUnreached."""
    profile, login = opened.profile, login_of(opened)
    user = profile.jump_user or profile.user
    machine = Machine(
        host=profile.jump_host,
        port=profile.jump_port,
        login=Login(
            user=user,
            password=login.password,
            private_key=login.private_key,
            passphrase=login.passphrase,
            certificate=login.certificate,
        ),
        trust=Trust(key=profile.jump_key),
    )
    try:
        return await connect(machine, Offer(), timeout_s=profile.connect_timeout_s)
    except MachineUnreached as error:
        raise MachineUnreached("ssh_jump_host", error.message) from error


@asynccontextmanager
async def reached(
    opened: Opened,
    address: str,
    trusted: str,
    offer: Offer,
    *,
    jump: asyncssh.SSHClientConnection | None = None,
) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """Be connected to a desktop. offer: becomes the key it shows. jump: a connection to the jump
    host that is there already. Raises MachineUnreached."""
    own_jump = None
    if opened.profile.jump_host and jump is None:
        jump = own_jump = await connect_jump_host(opened)
    try:
        machine = machine_at(opened, address, trusted)
        timeout_s = opened.profile.connect_timeout_s
        connection = await connect(machine, offer, timeout_s=timeout_s, through=jump)
        try:
            yield connection
        finally:
            connection.close()
    finally:
        if own_jump is not None:
            own_jump.close()
