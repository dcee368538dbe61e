"""How connections over SSH are made: by key, certificate or password, through a jump host, to hosts
whose keys or whose keys' authority are known."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from tests.support.sshd import Sshd, running_sshd
from yunwei.base.core.errors import Invalid, MachineUnreached
from yunwei.base.core.far import Offer
from yunwei.base.infra.ssh.connection import (
    Login,
    Machine,
    Trust,
    check_login,
    connect,
    read_public_key,
)


def public(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


AUTHORITY = asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """One that believes what an authority signed, and has a host key that the authority signed."""
    folder = tmp_path_factory.mktemp("sshd")
    (folder / "authority.pub").write_text(AUTHORITY.export_public_key().decode())
    options = (
        f"TrustedUserCAKeys {folder}/authority.pub\nHostCertificate {folder}/host_key-cert.pub"
    )
    with running_sshd(folder, options=options) as running:
        host_key = asyncssh.import_public_key(running.key)
        signed = AUTHORITY.generate_host_certificate(host_key, "far", principals=["127.0.1.1"])
        (folder / "host_key-cert.pub").write_bytes(signed.export_certificate())
        running.stop()
        running.start()
        yield running


def machine(server: Sshd, **changes: object) -> Machine:
    usual = Machine(
        host="127.0.1.1",
        port=server.port,
        login=Login(user=server.user, private_key=server.login_key),
        trust=Trust(key=server.key),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def reach(far: Machine, jump: Machine | None = None) -> str:
    """Return what `echo` says there."""

    async def go() -> str:
        through = await connect(jump, Offer(), timeout_s=10) if jump else None
        try:
            opened = await connect(far, Offer(), timeout_s=10, through=through)
            async with opened:
                done = await opened.run("echo here; echo $SSH_CONNECTION", check=True)
                return str(done.stdout)
        finally:
            if through is not None:
                through.close()

    return asyncio.run(go())


def reason(far: Machine, jump: Machine | None = None) -> str:
    with pytest.raises(MachineUnreached) as caught:
        reach(far, jump)
    return caught.value.reason


def test_a_host_is_known_by_its_key_or_by_who_signed_it(server: Sshd) -> None:
    other = public(asyncssh.generate_private_key("ssh-ed25519"))
    assert reach(machine(server)).startswith("here")
    assert reason(machine(server, trust=Trust(key=other))) == "ssh_host_key_changed"
    assert reason(machine(server, trust=Trust())) == "ssh_host_key_unknown"
    assert reach(machine(server, trust=Trust(takes_first=True))).startswith("here")
    signed = Trust(authority=public(AUTHORITY))
    assert reach(machine(server, trust=signed)).startswith("here")
    # the certificate is another host's
    assert reason(machine(server, trust=signed, host="127.0.1.2")).startswith("ssh_")
    by_another = Trust(authority=other)
    assert reason(machine(server, trust=by_another)) == "ssh_host_key"


def test_a_certificate_signs_in_where_its_key_alone_does_not(server: Sshd) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    private = key.export_private_key().decode()
    signed = AUTHORITY.generate_user_certificate(key, "ops", principals=[server.user])
    certificate = signed.export_certificate().decode()
    alone = Login(user=server.user, private_key=private)
    assert reason(machine(server, login=alone)) == "ssh_login"
    assert reach(machine(server, login=replace(alone, certificate=certificate))).startswith("here")


def test_a_jump_host_lies_between(server: Sshd, tmp_path: Path) -> None:
    with running_sshd(tmp_path / "far") as behind:
        far = machine(behind, host="127.0.1.7")
        assert "127.0.1.7" in reach(far, machine(server))
        other = public(asyncssh.generate_private_key("ssh-ed25519"))
        jump = machine(server, trust=Trust(key=other))
        assert reason(far, jump) == "ssh_host_key_changed"


def test_a_password_signs_in() -> None:
    class Server(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("ops", "right")

    async def go(password: str) -> str:
        host_key = asyncssh.generate_private_key("ssh-ed25519")
        listening = await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Server, server_host_keys=[host_key]
        )
        try:
            far = Machine(
                host="127.0.0.1",
                port=listening.get_port(),
                login=Login(user="ops", password=password),
                trust=Trust(key=public(host_key)),
            )
            (await connect(far, Offer(), timeout_s=10)).close()
        finally:
            listening.close()
            await listening.wait_closed()
        return "signed in"

    assert asyncio.run(go("right")) == "signed in"
    with pytest.raises(MachineUnreached) as caught:
        asyncio.run(go("wrong"))
    assert caught.value.reason == "ssh_login"


def test_what_can_not_be_read_is_said_of_its_field() -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    sealed = key.export_private_key(passphrase="open").decode()
    check_login(Login(user="ops", private_key=sealed, passphrase="open"))
    for login, field in (
        (Login(user="ops", private_key=sealed, passphrase="shut"), "passphrase"),
        (Login(user="ops", private_key="no key"), "private_key"),
        (Login(user="ops", certificate="no certificate"), "certificate"),
    ):
        with pytest.raises(Invalid) as caught:
            check_login(login)
        assert caught.value.field == field
    with pytest.raises(Invalid):
        read_public_key("ssh-ed25519 nonsense", field="key")
    assert read_public_key(f"{public(key)} a comment", field="key")[0] == public(key)
