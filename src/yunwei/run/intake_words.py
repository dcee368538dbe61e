"""What is said, as alarms on ourselves, of what comes in and can not be taken or understood."""

from dataclasses import replace
from datetime import datetime

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import ReceivedDatagram, ReceivedPayload, Rejection
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms.facts import Alarm

DEAD_LETTER = "intake.dead_letter"

_REJECTED = {
    "unknown_community": (
        "来自 {address} 的 SNMP 团体字未知",
        "Unknown SNMP community from {address}",
    ),
    "malformed": ("来自 {address} 的 SNMP 报文无法解析", "Malformed SNMP datagrams from {address}"),
    "oversized": ("来自 {address} 的 SNMP 报文过大", "Oversized SNMP datagrams from {address}"),
    "unsupported_version": (
        "来自 {address} 的 SNMP 版本不受支持",
        "Unsupported SNMP version from {address}",
    ),
    "overload": ("SNMP 接收过载", "The trap receiver is overloaded"),
    "unknown_user": ("来自 {address} 的 SNMP v3 用户未知", "Unknown SNMP v3 user from {address}"),
    "wrong_digest": (
        "来自 {address} 的 SNMP v3 报文认证失败：认证算法或密码不符",
        "SNMP v3 messages from {address} are not authentic: another protocol or password",
    ),
    "undecryptable": (
        "来自 {address} 的 SNMP v3 报文无法解密：加密算法或密码不符",
        "SNMP v3 messages from {address} can not be decrypted: another protocol or password",
    ),
    "unsupported_level": (
        "来自 {address} 的 SNMP v3 报文安全级别与配置不符",
        "SNMP v3 messages from {address} have another security level than configured",
    ),
    "not_in_time_window": (
        "来自 {address} 的 SNMP v3 报文不在时间窗口内：引擎时钟被重置，或是重放",
        "SNMP v3 messages from {address} are out of time: its engine was reset, or a replay",
    ),
    "unknown_token": (
        "来自 {address} 的 Webhook 推送口令未知",
        "Posts with an unknown token from {address}",
    ),
    "wrong_signature": (
        "来自 {address} 的 Webhook 推送签名错误",
        "Posts with a wrong signature from {address}",
    ),
    "too_large": ("来自 {address} 的 Webhook 推送过大", "Posts from {address} are too large"),
    "too_often": (
        "来自 {address} 的 Webhook 推送过于频繁",
        "Posts from {address} come more often than allowed",
    ),
}
_OF_POSTS = frozenset({"unknown_token", "wrong_signature", "too_large", "too_often"})
_UNREAD = (
    "收到的报文无法解析，已存入死信，等待处理",
    "What was received could not be understood; it waits among the dead letters",
)
_GAP = (
    "告警流水号不连续，缺少 {count} 个：可能有告警丢失",
    "The running numbers of its alarms lack {count}: reports may be lost",
)
_UNREAD_IS_OVER = ("死信已处理完毕", "All its dead letters are dealt with")
_IS_OVER = ("已停止", "It has stopped")


def say_unread(
    received: ReceivedDatagram | ReceivedPayload, native_id: str, *, internal: SourceId
) -> RawAlarm:
    """Say that something that a known source sent could not be understood."""
    raw = build_self_alarm(
        source=internal,
        tenant=received.tenant,
        act=AlarmAct.RAISE,
        code=DEAD_LETTER,
        managed_object=f"/source/{received.source}",
        texts=_UNREAD,
        now=received.received_at,
        severity=Severity.WARNING,
        raw={"address": received.address},
    )
    return replace(raw, native_id=native_id)


def say_gap(
    tenant: TenantId, source: SourceId, count: int, internal: SourceId, now: datetime
) -> RawAlarm:
    """Say that numbers are missing in what a source sends."""
    chinese, english = _GAP
    return build_self_alarm(
        source=internal,
        tenant=tenant,
        act=AlarmAct.RAISE,
        code="intake.gap",
        managed_object=f"/source/{source}",
        texts=(chinese.format(count=count), english.format(count=count)),
        now=now,
        severity=Severity.WARNING,
        raw={"count": str(count)},
    )


def say_rejected(
    rejection: Rejection, native_id: str, *, internal: SourceId, provider: TenantId
) -> RawAlarm:
    """Say that something was refused at the door."""
    chinese, english = _REJECTED.get(rejection.reason, (rejection.reason, rejection.reason))
    # one alarm for all senders: addresses can be forged by the thousand
    door = "webhook" if rejection.reason in _OF_POSTS else "snmp"
    about = f"/receiver/{door}" if rejection.source is None else f"/source/{rejection.source}"
    raw = build_self_alarm(
        source=internal,
        tenant=rejection.tenant or provider,
        act=AlarmAct.RAISE,
        code=f"intake.{rejection.reason}",
        managed_object=about,
        texts=(
            chinese.format(address=rejection.address),
            english.format(address=rejection.address),
        ),
        now=rejection.last_at,
        severity=Severity.WARNING,
        raw={"count": str(rejection.count), "address": rejection.address},
    )
    return replace(raw, native_id=native_id)


def say_over(alarm: Alarm, *, internal: SourceId, now: datetime) -> RawAlarm:
    """Say that what `alarm` told of is over."""
    return build_self_alarm(
        source=internal,
        tenant=alarm.tenant,
        act=AlarmAct.CLEAR,
        code=alarm.alarm_type,
        managed_object=alarm.managed_object,
        texts=_UNREAD_IS_OVER if alarm.alarm_type == DEAD_LETTER else _IS_OVER,
        now=now,
        severity=alarm.severity,
    )
