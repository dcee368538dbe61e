"""The measures that checks may ask for: their names, units and words. Pure; who asks them is in
`queries/measuring`."""

from collections.abc import Mapping

from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.templates import FigureUnit, Measure

_COUNT, _RATIO, _S, _H, _DAYS = (
    FigureUnit.COUNT,
    FigureUnit.RATIO,
    FigureUnit.SECONDS,
    FigureUnit.HOURS,
    FigureUnit.DAYS,
)

_ALL = (
    ("hosts.unwell", _COUNT, "主机不正常（1 为不正常）", "A host is not well (1: it is not)"),
    ("hosts.cpu", _RATIO, "主机 CPU 使用率", "CPU use of a host"),
    ("hosts.memory", _RATIO, "主机内存使用率", "Memory use of a host"),
    ("hosts.cpu_overcommit", _RATIO, "主机 CPU 超分", "CPU overcommit of a host"),
    ("hosts.memory_overcommit", _RATIO, "主机内存超分", "Memory overcommit of a host"),
    (
        "sites.after_loss",
        _COUNT,
        "最满主机失效后还能放下的桌面数",
        "Desktops that still fit after the fullest host is lost",
    ),
    ("pools.free", _COUNT, "桌面池空闲桌面数", "Free desktops of a pool"),
    ("pools.peak", _RATIO, "桌面池 7 天内峰值占用", "Peak use of a pool within 7 days"),
    ("pools.wrong_image", _RATIO, "镜像与池不一致的桌面占比", "Share with another image"),
    (
        "desktops.faulty",
        _H,
        "桌面故障时长（所在主机不正常的除外）",
        "How long a desktop is in fault (not on unwell hosts)",
    ),
    (
        "desktops.unregistered",
        _H,
        "桌面未注册时长（所在主机不正常的除外）",
        "How long a running desktop is unregistered (not on unwell hosts)",
    ),
    ("desktops.stuck", _H, "桌面停在变更中的时长", "How long a change of a desktop goes on"),
    ("desktops.never_used", _DAYS, "已分配而从未使用", "Assigned and never used"),
    ("desktops.disk", _RATIO, "桌面磁盘使用率（24 小时）", "Disk use of a desktop (24 hours)"),
    ("desktops.cpu", _RATIO, "桌面 CPU 峰值（24 小时）", "CPU peak of a desktop (24 hours)"),
    ("images.old_agents", _RATIO, "代理版本落后的桌面占比", "Share with an older agent"),
    ("licences.use", _RATIO, "许可使用率", "Use of a licence"),
    ("licences.days_left", _DAYS, "许可剩余天数", "Days until a licence ends"),
    ("quotas.use", _RATIO, "配额使用率", "Use of a quota"),
    ("quotas.days_until_full", _DAYS, "配额预计用满天数", "Days until a quota is likely full"),
    ("certificates.days_left", _DAYS, "证书剩余天数", "Days until a certificate ends"),
    ("agents.silent", _H, "代理失联时长", "How long an agent is silent"),
    ("agents.old", _COUNT, "代理版本落后（1 为落后）", "An agent is not the newest (1: not)"),
    (
        "alarms.unattended",
        _H,
        "无人处理的严重告警存在时长",
        "How long a critical alarm stands that nobody took up",
    ),
    ("alarms.age", _DAYS, "未清除告警存在天数", "Days that an alarm stands"),
    (
        "infrastructure.alarms",
        _COUNT,
        "网关等基础设施的紧急与重要告警",
        "Critical and major alarms of gateways and the like",
    ),
    ("sources.silence", _H, "数据源采集中断时长", "How long a read of a source is late"),
    ("sources.letters", _COUNT, "数据源待处理死信", "Dead letters of a source"),
    ("logons.failed", _RATIO, "24 小时登录失败率", "Failed logons within 24 hours"),
    ("logons.slow", _S, "24 小时登录耗时 P95", "95 % of logons within 24 hours take at most"),
    ("accounts.locked", _COUNT, "被锁定的账号（1 为锁定）", "A locked account (1: it is)"),
    ("platform.backup", _DAYS, "距平台上次备份的天数", "Days since the platform's last backup"),
)

MEASURES: Mapping[str, Measure] = {
    name: Measure(name=name, unit=unit, title=Said(zh=zh, en=en)) for name, unit, zh, en in _ALL
}
