"""SNMP v3 as net-snmp's programs speak it: users, the words of a command line, own messages."""

import asyncio
import os
from asyncio.subprocess import DEVNULL
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from tests.support import snmp_packets as packets
from yunwei.monitor.collect.facts import TrapUser
from yunwei.plugins.sdk.snmp import usm
from yunwei.plugins.sdk.snmp.message_v3 import build_scoped
from yunwei.plugins.sdk.snmp.usm_keys import AuthProtocol, PrivacyProtocol

AUTH_PASSWORD = "authentic-words"
PRIVACY_PASSWORD = "private-words"
# what Debian's net-snmp 5.9.3 offers; `snmptrap --help` leaves the last two out, and takes them
AUTH_WORDS = {
    AuthProtocol.MD5: "MD5",
    AuthProtocol.SHA: "SHA",
    AuthProtocol.SHA224: "SHA-224",
    AuthProtocol.SHA256: "SHA-256",
    AuthProtocol.SHA384: "SHA-384",
    AuthProtocol.SHA512: "SHA-512",
}
PRIVACY_WORDS = {
    PrivacyProtocol.DES: "DES",
    PrivacyProtocol.AES128: "AES",
    PrivacyProtocol.AES192: "AES-192",
    PrivacyProtocol.AES256: "AES-256",
    PrivacyProtocol.AES192_CISCO: "AES-192-C",
    PrivacyProtocol.AES256_CISCO: "AES-256-C",
}


def trap_user(
    name: str = "olga",
    *,
    auth: AuthProtocol | None = AuthProtocol.SHA256,
    privacy: PrivacyProtocol | None = PrivacyProtocol.AES128,
    auth_password: str = AUTH_PASSWORD,
    privacy_password: str = PRIVACY_PASSWORD,
) -> TrapUser:
    return TrapUser(
        name=name,
        auth=auth,
        privacy=privacy,
        auth_password=auth_password,
        privacy_password=privacy_password,
    )


def words(user: TrapUser, *, engine_id: str = "") -> list[str]:
    """Return how net-snmp's programs are told to speak as `user`. engine_id: in hex."""
    level = "noAuthNoPriv"
    said = ["-v3", "-u", user.name]
    if engine_id:
        said += ["-e", f"0x{engine_id}"]
    if user.auth:
        level = "authNoPriv"
        said += ["-a", AUTH_WORDS[user.auth], "-A", user.auth_password]
    if user.privacy:
        level = "authPriv"
        said += ["-x", PRIVACY_WORDS[user.privacy], "-X", user.privacy_password]
    return [*said, "-l", level]


async def run(program: str, *said: str) -> int:
    """Run one of net-snmp's programs to its end; returns its exit code.

    Each has a folder of its own for what it remembers, or those that run at once meet there: a
    device with an engine id that nobody has seen before.
    """
    with TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            program,
            *said,
            stdout=DEVNULL,
            stderr=DEVNULL,
            env={**os.environ, "SNMP_PERSISTENT_DIR": folder},
        )
        async with asyncio.timeout(60):
            return await process.wait()


@dataclass(kw_only=True)
class Agent:
    """A device that speaks v3 to us, message by message; its messages are made by our own code,
    which net-snmp judges elsewhere."""

    user: TrapUser
    engine_id: bytes = bytes.fromhex("80001f88040a0b0c0d0e")
    boots: int = 7
    time_s: int = 1000
    message_id: int = 1

    def trap(self, number: int = 1, *, flags: int = 0) -> bytes:
        return self.say(0xA7, number, flags=flags)

    def inform(self, number: int = 1, *, to: bytes, flags: int = 0x04) -> bytes:
        """Return an inform. to: the receiver's engine id; boots and time are then the receiver's,
        as this device believes."""
        return self.say(0xA6, number, engine_id=to, flags=flags)

    def say(
        self, pdu: int, number: int, *, engine_id: bytes | None = None, flags: int = 0
    ) -> bytes:
        pairs = [
            (packets.UP_TIME, packets.ticks(4711)),
            (packets.TRAP_OID, packets.oid("1.3.6.1.4.1.99999.0.7")),
            ("1.3.6.1.4.1.99999.1.1.0", packets.number(number)),
        ]
        body = packets.integer(number) + packets.integer(0) * 2 + packets.varbinds(pairs)
        return self.wrap(packets.tlv(pdu, body), engine_id=engine_id, flags=flags)

    def wrap(self, pdu: bytes, *, engine_id: bytes | None = None, flags: int = 0) -> bytes:
        engine_id = self.engine_id if engine_id is None else engine_id
        user = usm.build_user(
            self.user.name,
            auth=self.user.auth,
            auth_password=self.user.auth_password,
            privacy=self.user.privacy,
            privacy_password=self.user.privacy_password,
        )
        self.message_id += 1
        return usm.seal(
            build_scoped(self.engine_id, b"ctx", pdu),
            keys=usm.localise_user(user, engine_id) if self.user.auth else None,
            message_id=self.message_id,
            engine_id=engine_id,
            boots=self.boots,
            time_s=self.time_s,
            user=user.name,
            salt=self.message_id.to_bytes(8),
            flags=flags,
        )
