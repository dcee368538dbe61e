"""What an alarm or a failed logon is about, from its words in Chinese or English. Pure, data.

Vendors number their alarms as they like and name them in plain words; the words are what a
diagnosis can go by for all of them. An alarm has one topic: the first that fits; order matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Topic(StrEnum):
    """What an alarm is about."""

    LINK = "link"
    CLOCK = "clock"
    CERTIFICATE = "certificate"
    DIRECTORY = "directory"
    DNS = "dns"
    LICENCE_EXPIRY = "licence_expiry"
    LICENCE_OUT = "licence_out"
    QUOTA = "quota"
    PROFILE = "profile"
    STORAGE_FULL = "storage_full"
    STORAGE_SLOW = "storage_slow"
    GATEWAY_LOSS = "gateway_loss"
    GATEWAY_DOWN = "gateway_down"
    BROKER_BUSY = "broker_busy"
    BROKER_DOWN = "broker_down"
    IMAGE = "image"
    POOL_FULL = "pool_full"
    AGENT = "agent"
    DISK_FULL = "disk_full"
    HOST_BUSY = "host_busy"
    HOST_DOWN = "host_down"
    CPU = "cpu"
    MEMORY = "memory"
    DESKTOP_FAULTY = "desktop_faulty"


@dataclass(frozen=True, slots=True)
class _Words:
    """One of `things` and, unless there are none, one of `states` have to be there."""

    topic: Topic
    things: tuple[str, ...]
    states: tuple[str, ...] = ()


_DOWN = (
    "故障", "中断", "离线", "宕机", "不可用", "无响应", "异常", "断开", "down", "fault", "fail",
    "lost", "unreachable", "not respond", "offline", "unavailable",
)  # fmt: skip
_SLOW = ("时延", "延迟", "响应慢", "缓慢", "超时", "latency", "slow", "delay", "timeout")
_OVER = ("过期", "到期", "失效", "expir", "invalid", "out of date")
_SHORT = ("不足", "用完", "耗尽", "超出", "exhaust", "insufficient", "used up", "exceed", "no more")
_FULL = ("空间", "容量", "已满", "full", "space", "capacity")
_BUSY = ("cpu", "内存", "过载", "争用", "负载", "overload", "contention", "memory", "load")
_LICENCE = ("license", "licence", "许可")
_STORE = ("数据存储", "存储池", "磁阵", "storage", "datastore", "lun")
_GATEWAY = ("网关", "gateway")
_BROKER = ("hdc", "broker", "连接代理", "接入服务", "delivery controller", "connection server")
_LOGON = ("登录", "接入", "logon", "login")
_HOST = ("主机", "宿主", "计算节点", "host", "hypervisor", "esxi")
_DESKTOP = ("桌面", "desktop", "虚拟机", "virtual machine")

_ALARMS = (
    _Words(Topic.LINK, ("link_down", "linkdown", "link down", "链路断开", "链路中断", "端口down")),
    _Words(Topic.CLOCK, ("ntp", "时间偏差", "时钟偏差", "时间不同步", "clock skew", "time offset")),
    _Words(Topic.CERTIFICATE, ("证书", "certificate"), _OVER),
    _Words(Topic.DIRECTORY, ("域控", "ad域", "ldap", "active directory", "domain controller")),
    _Words(Topic.DNS, ("dns", "域名解析")),
    _Words(Topic.LICENCE_EXPIRY, _LICENCE, _OVER),
    _Words(Topic.LICENCE_OUT, _LICENCE, _SHORT),
    _Words(Topic.QUOTA, ("配额", "quota"), (*_SHORT, "used", "使用率")),
    _Words(Topic.PROFILE, ("配置文件", "漫游", "profile"), (*_SLOW, *_DOWN)),
    _Words(Topic.STORAGE_FULL, _STORE, _FULL),
    _Words(Topic.STORAGE_SLOW, _STORE, _SLOW),
    _Words(Topic.GATEWAY_LOSS, _GATEWAY, ("丢包", "抖动", "packet loss", "jitter", *_SLOW)),
    _Words(Topic.GATEWAY_DOWN, _GATEWAY, _DOWN),
    _Words(Topic.BROKER_BUSY, _LOGON, ("过载", "风暴", "storm", "overload", "too many")),
    _Words(Topic.BROKER_DOWN, _BROKER, _DOWN),
    _Words(Topic.IMAGE, ("镜像", "image"), ("不一致", "漂移", "旧版本", "drift", "outdated")),
    _Words(Topic.POOL_FULL, ("桌面池", "桌面组", "pool"), (*_SHORT, "no available", "无可用")),
    _Words(Topic.AGENT, ("代理", "agent"), ("未注册", "心跳", "unregister", "not regist", *_DOWN)),
    _Words(Topic.DISK_FULL, ("磁盘使用率", "磁盘空间", "disk_util", "disk is", "disk space")),
    _Words(Topic.HOST_BUSY, _HOST, _BUSY),
    _Words(Topic.HOST_DOWN, _HOST, _DOWN),
    _Words(Topic.CPU, ("cpu",)),
    _Words(Topic.MEMORY, ("内存", "mem_util", "memory")),
    _Words(Topic.DESKTOP_FAULTY, _DESKTOP, ("状态异常", "故障", "error", "abnormal", "faulty")),
)  # fmt: skip


class Failed(StrEnum):
    """Why an attempt to connect failed, as far as its words tell."""

    PASSWORD = "password"  # noqa: S105  the kind of failure, no secret
    LOCKED = "locked"
    DIRECTORY = "directory"
    CLOCK = "clock"
    CERTIFICATE = "certificate"
    DNS = "dns"
    LICENCE = "licence"
    NO_DESKTOP = "no_desktop"
    AGENT = "agent"
    DESKTOP = "desktop"
    BUSY = "busy"
    BROKER = "broker"
    NETWORK = "network"
    TIMEOUT = "timeout"
    OTHER = "other"


_FAILURES: tuple[tuple[Failed, tuple[str, ...]], ...] = (
    (Failed.PASSWORD, ("password", "密码", "credential", "凭证")),
    (Failed.LOCKED, ("locked", "锁定")),
    (Failed.CLOCK, ("time difference", "clock", "时间偏差", "时间差", "kerberos skew")),
    (Failed.DIRECTORY, ("domain controller", "域控", "ldap", "active directory", "目录服务")),
    (Failed.CERTIFICATE, ("certificate", "证书")),
    (Failed.DNS, ("resolve", "dns", "域名")),
    (Failed.LICENCE, ("license", "licence", "许可")),
    (
        Failed.NO_DESKTOP,
        ("no available desktop", "no desktop", "no free", "无可用桌面", "没有可用"),
    ),
    (Failed.AGENT, ("not registered", "unregistered", "未注册")),
    (Failed.BUSY, ("busy", "overload", "繁忙", "过载", "too many")),
    (Failed.BROKER, ("service is unavailable", "access service", "服务不可用", "broker", "hdc")),
    (Failed.DESKTOP, ("desktop is abnormal", "abnormal", "桌面异常", "machine is faulty")),
    (Failed.NETWORK, ("network", "网络", "connection was lost", "disconnected")),
    (Failed.TIMEOUT, ("timed out", "timeout", "超时")),
)


@lru_cache(maxsize=4096)
def topic_of(words: str) -> Topic | None:
    """Return what an alarm of these words is about, None when none of the topics."""
    said = words.casefold()
    for each in _ALARMS:
        if _any(each.things, said) and (not each.states or _any(each.states, said)):
            return each.topic
    return None


@lru_cache(maxsize=4096)
def failure_of(words: str) -> Failed | None:
    """Return why an attempt failed; None when it did not."""
    if not words:
        return None
    said = words.casefold()
    return next((kind for kind, signs in _FAILURES if _any(signs, said)), Failed.OTHER)


def _any(signs: Sequence[str], said: str) -> bool:
    return any(sign in said for sign in signs)
