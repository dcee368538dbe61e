"""SNMP v3 at the door: whose message is it, is it authentic and fresh, what does it say.

An authentic message leaves here without its security, in the plain form that is stored: whoever
reads it later needs no key. No sockets, no clock of its own, no storage.
Source: RFC 3414 3.2; 4 (discovery).
"""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from yunwei.monitor.collect.facts import TrapSource
from yunwei.monitor.collect.receive_engines import HeardEngines, OwnEngine, Syncs
from yunwei.monitor.collect.receive_tally import RejectReason
from yunwei.monitor.collect.receive_v3_answers import Answers, Stat
from yunwei.monitor.collect.trap_sources import TrapSources, UserAtSource, parse_sender
from yunwei.plugins.sdk.snmp import usm
from yunwei.plugins.sdk.snmp.ber import BadDatagram
from yunwei.plugins.sdk.snmp.message_v3 import (
    LEVEL_FLAGS,
    REPORTABLE_FLAG,
    MessageV3,
    build_plain,
    cut_scoped,
    read_encrypted,
    read_message,
    read_scoped,
)
from yunwei.plugins.sdk.snmp.notification import NOTIFYING, PduKind, encode_scoped_response
from yunwei.plugins.sdk.snmp.usm_keys import localise_key

_SHORTEST_ENGINE_ID = 5
_MOST_SENDERS = 20_000
_REASONS = {
    Stat.UNSUPPORTED_LEVEL: RejectReason.UNSUPPORTED_LEVEL,
    Stat.NOT_IN_TIME_WINDOW: RejectReason.NOT_IN_TIME_WINDOW,
    Stat.UNKNOWN_USER: RejectReason.UNKNOWN_USER,
    Stat.WRONG_DIGEST: RejectReason.WRONG_DIGEST,
    Stat.UNDECRYPTABLE: RejectReason.UNDECRYPTABLE,
}


class Taken(NamedTuple):
    """An authentic notification. A NamedTuple: one is made for each. data: in the plain form.

    answer: of an inform, makes the answer for the moment it is sent. key: of an inform, the
    same however often it is sent again.
    """

    source: TrapSource
    address: str
    data: bytes
    answer: Callable[[float], bytes] | None = None
    key: Hashable = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """A message that is no notification for us.

    reason: why it is refused; None for a step of the protocol, such as asking who we are.
    source: whose it claims to be, as far as that is known. report: what to answer, if anything.
    """

    reason: RejectReason | None
    source: TrapSource | None = None
    report: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """A user at an engine and an address (in its plain form), whose message was authentic."""

    at: UserAtSource
    address: str
    keys: usm.LocalKeys | None = field(repr=False)


class _Off(Exception):
    """The message goes no further."""

    def __init__(
        self, stat: Stat, source: TrapSource | None = None, keys: usm.LocalKeys | None = None
    ) -> None:
        self.stat = stat
        self.source = source
        self.keys = keys


class V3Gate:
    """Judges v3 messages. engines: the clocks of the senders."""

    def __init__(self, own: OwnEngine, sources: TrapSources) -> None:
        self._own = own
        self._sources = sources
        self._answers = Answers(own)
        self._senders: dict[tuple[str, bytes, bytes], _Sender] = {}
        self._syncs = Syncs()
        self.engines = HeardEngines()

    @property
    def counts(self) -> Counter[Stat]:
        """What was wrong with messages, steps of the protocol included."""
        return self._answers.counts

    def replace(self, sources: TrapSources) -> None:
        """Take a newer snapshot; keys are made again, clocks stay."""
        self._sources = sources
        self._senders.clear()

    def judge(self, data: bytes, host: str, now_s: float) -> Taken | NotTaken:
        """Return what becomes of a datagram that says it is v3. Raises BadDatagram.

        now_s: of the clock that our own engine was started by.
        """
        message = read_message(data)
        is_to_us = message.engine_id == self._own.engine_id
        try:
            if len(message.engine_id) < _SHORTEST_ENGINE_ID:
                raise _Off(Stat.UNKNOWN_ENGINE)
            sender = self._authenticate(data, message, host)
            self._check_time(message, sender, now_s, is_to_us=is_to_us)
            scoped = _open(data, message, sender)
            return self._take(data, message, sender, scoped, is_to_us=is_to_us)
        except _Off as off:
            return self._refuse(data, message, host, now_s, off, is_to_us=is_to_us)

    def _authenticate(self, data: bytes, message: MessageV3, host: str) -> _Sender:
        place = (host, message.engine_id, message.user)
        known = self._senders.get(place)
        level = message.flags & LEVEL_FLAGS
        if known is not None and known.at.user.level == level and _signed(data, message, known):
            return known
        found = self._sources.find_users(parse_sender(host), message.user)
        if not found:
            raise _Off(Stat.UNKNOWN_USER)
        fitting = [each for each in found if each.user.level == level]
        if not fitting:
            raise _Off(Stat.UNSUPPORTED_LEVEL, found[0].source)
        address = str(parse_sender(host))
        for at in fitting:
            if _is_from(data, message, at.user):
                # Only now, and only so long as it is used: strangers make us keep nothing, and
                # do not make us make the keys of the Cisco forms, which cost milliseconds.
                if len(self._senders) >= _MOST_SENDERS:
                    self._senders.clear()
                keys = usm.localise_user(at.user, message.engine_id) if level else None
                sender = self._senders[place] = _Sender(at=at, address=address, keys=keys)
                return sender
        raise _Off(Stat.WRONG_DIGEST, fitting[0].source)

    def _check_time(
        self, message: MessageV3, sender: _Sender, now_s: float, *, is_to_us: bool
    ) -> None:
        if sender.keys is None:
            return
        source, user = sender.at.source, sender.at.user
        if is_to_us:
            is_fresh = self._own.is_timely(message.boots, message.time_s, now_s)
        else:
            is_fresh = self.engines.take(
                (source.source, message.engine_id),
                message.boots,
                message.time_s,
                now_s,
                address=sender.address,
                user=user.name,
            )
        if not is_fresh:
            raise _Off(Stat.NOT_IN_TIME_WINDOW, source, sender.keys)

    def _take(
        self, data: bytes, message: MessageV3, sender: _Sender, scoped: bytes, *, is_to_us: bool
    ) -> Taken:
        place = read_scoped(scoped, 0, len(scoped))
        kind = NOTIFYING.get(place.pdu_tag)
        if kind is None:
            raise BadDatagram(f"PDU {place.pdu_tag:#04x} of version 3 is no trap")
        answer = key = None
        if kind is PduKind.INFORM:
            if not is_to_us:
                raise _Off(Stat.UNKNOWN_ENGINE, sender.at.source)
            response = encode_scoped_response(scoped)
            answer = partial(self._answers.respond, message, sender.keys, response)
            # sent again it has another message id and salt; what it says is the same
            key = (message.user, hash(scoped))
        return Taken(
            source=sender.at.source,
            address=sender.address,
            data=build_plain(data, message, scoped),
            answer=answer,
            key=key,
        )

    def _refuse(
        self,
        data: bytes,
        message: MessageV3,
        host: str,
        now_s: float,
        off: _Off,
        *,
        is_to_us: bool,
    ) -> NotTaken:
        is_asking = bool(message.flags & REPORTABLE_FLAG)
        stat = off.stat
        if is_asking and not is_to_us:
            # step 3 comes before all others: a question for us must name us
            stat = Stat.UNKNOWN_ENGINE
        elif stat is Stat.UNKNOWN_ENGINE:
            raise BadDatagram("it names another engine or none, and asks for no report")
        self.counts[stat] += 1
        reason = _REASONS.get(stat)
        is_late = stat is Stat.NOT_IN_TIME_WINDOW
        if is_late and is_to_us and not self._syncs.is_trouble((host, message.user), now_s):
            # every sender is told our time once, and once more after each of our starts
            reason = None
        report = b""
        if is_asking and self._sources.has_users_at(parse_sender(host)):
            # step 7a: signed, so that nobody else can tell the sender a wrong time
            keys = off.keys if is_late else None
            report = self._answers.report(data, message, stat, keys, now_s)
        return NotTaken(reason=reason, source=off.source, report=report)


def _signed(data: bytes, message: MessageV3, sender: _Sender) -> bool:
    keys = sender.keys
    return keys is None or usm.is_authentic(data, message, keys.auth, keys.auth_key)


def _is_from(data: bytes, message: MessageV3, user: usm.UsmUser) -> bool:
    if user.auth is None:
        return True
    key = localise_key(user.auth, user.auth_key, message.engine_id)
    return usm.is_authentic(data, message, user.auth, key)


def _open(data: bytes, message: MessageV3, sender: _Sender) -> bytes:
    """Return the scoped PDU."""
    keys = sender.keys
    if keys is None or keys.privacy is None:
        return data[message.data_at : message.end]
    try:
        hidden = read_encrypted(data, message)
        plain = usm.decrypt(hidden, message, keys.privacy, keys.privacy_key)
        return cut_scoped(plain, 0, len(plain))
    except BadDatagram as error:
        raise _Off(Stat.UNDECRYPTABLE, sender.at.source) from error
