"""What a receiver answers to SNMP v3: responses to informs, and reports of what is wrong.

No sockets, no clock of its own.
Source: RFC 3414 3.1, 3.2 and 4; RFC 3412 7.1.3.
"""

import secrets
from collections import Counter
from enum import IntEnum

from yunwei.monitor.collect.receive_engines import OwnEngine
from yunwei.plugins.sdk.snmp import ber, usm
from yunwei.plugins.sdk.snmp.ber import BadDatagram
from yunwei.plugins.sdk.snmp.message_v3 import (
    PRIVACY_FLAG,
    MessageV3,
    build_scoped,
    read_scoped,
)
from yunwei.plugins.sdk.snmp.usm_keys import PrivacyProtocol

_REPORT_PDU = 0xA8
_USM_STATS = "1.3.6.1.6.3.15.1.1"
_COUNTER_MODULUS = 2**32
# a report is no larger than what asked for it by much; strangers still get no more than this
_REPORTS_PER_S = 500
_REPORTS_AT_ONCE = 2_000


class Stat(IntEnum):
    """What a report says, by the last number of its usmStats object (RFC 3414 5)."""

    UNSUPPORTED_LEVEL = 1
    NOT_IN_TIME_WINDOW = 2
    UNKNOWN_USER = 3
    UNKNOWN_ENGINE = 4
    WRONG_DIGEST = 5
    UNDECRYPTABLE = 6


class Answers:
    """Writes answers in the name of one engine. counts: by `Stat`, answered or not."""

    def __init__(self, own: OwnEngine) -> None:
        self._own = own
        # RFC 3826 3.1.2.1: begins anywhere, never repeats in this life
        self._salt = secrets.randbits(64)
        self._allowed = float(_REPORTS_AT_ONCE)
        self._allowed_at_s = 0.0
        self.counts: Counter[Stat] = Counter()

    def respond(
        self, message: MessageV3, keys: usm.LocalKeys | None, scoped: bytes, now_s: float
    ) -> bytes:
        """Return `scoped` as the answer to an inform, signed and encrypted as that was."""
        return self._seal(message, keys, scoped, now_s)

    def report(
        self, data: bytes, message: MessageV3, stat: Stat, keys: usm.LocalKeys | None, now_s: float
    ) -> bytes:
        """Return what to say of a message that is wrong, b"" when too much was said already.

        keys: for a report that has to be believed; it is signed, never encrypted.
        """
        if not self._may_report(now_s):
            return b""
        counted = ber.encode_integer(self.counts[stat] % _COUNTER_MODULUS, ber.COUNTER32)
        varbind = ber.encode(ber.SEQUENCE, ber.encode_oid(f"{_USM_STATS}.{stat.value}.0") + counted)
        numbers = (_request_id(data, message), 0, 0)
        body = b"".join(map(ber.encode_integer, numbers)) + ber.encode(ber.SEQUENCE, varbind)
        scoped = build_scoped(self._own.engine_id, b"", ber.encode(_REPORT_PDU, body))
        signing = keys and usm.LocalKeys(auth=keys.auth, auth_key=keys.auth_key)
        return self._seal(message, signing, scoped, now_s)

    def _may_report(self, now_s: float) -> bool:
        gained = (now_s - self._allowed_at_s) * _REPORTS_PER_S
        self._allowed = min(_REPORTS_AT_ONCE, self._allowed + gained)
        self._allowed_at_s = now_s
        if self._allowed < 1:
            return False
        self._allowed -= 1
        return True

    def _seal(
        self, message: MessageV3, keys: usm.LocalKeys | None, scoped: bytes, now_s: float
    ) -> bytes:
        own = self._own
        self._salt = (self._salt + 1) % 2**64
        salt = self._salt.to_bytes(8)
        if keys is not None and keys.privacy is PrivacyProtocol.DES:
            # RFC 3414 8.1.1.1: our boots, then a number
            salt = own.boots.to_bytes(4) + salt[4:]
        return usm.seal(
            scoped,
            keys=keys,
            message_id=message.message_id,
            engine_id=own.engine_id,
            boots=own.boots,
            time_s=own.time_s(now_s),
            user=message.user,
            salt=salt,
        )


def _request_id(data: bytes, message: MessageV3) -> int:
    """Return the PDU's request id where it can be read, else 0 (RFC 3412 7.1.3)."""
    if message.flags & PRIVACY_FLAG:
        return 0
    try:
        place = read_scoped(data, message.data_at, message.end)
        return ber.read_integer(data, place.body_at, place.end)[0]
    except BadDatagram:
        return 0
