"""The faults that can be injected by name: what each touches, does and looks like. Data only.

A fault is reported on one way only, so that it is one alarm and not two: infrastructure by SNMP
trap, desktops and quotas by the alarm list of the REST interface. Who loses a host is told of it by
every desktop that stood on it as well, as real clouds do; see `victims`.
"""

from dataclasses import dataclass
from enum import StrEnum

from yunwei_sim.world.rows import Failure


class Target(StrEnum):
    """What a fault happens to; decides which desktops and people it touches."""

    HOST = "host"
    DATASTORE = "datastore"
    SWITCH = "switch"
    GATEWAY = "gateway"
    BROKER = "broker"
    LICENCE_SERVER = "licence_server"
    PROFILE_STORE = "profile_store"
    DESKTOP = "desktop"
    POOL = "pool"
    QUOTA = "quota"
    PERSON = "person"


class Channel(StrEnum):
    """How the cloud reports a fault."""

    TRAP = "trap"
    LINK_TRAP = "link_trap"  # the standard linkDown and linkUp
    REST = "rest"
    SILENT = "silent"  # the cloud does not know of it


class Blocks(StrEnum):
    """Which new connections a fault refuses."""

    NOTHING = "nothing"
    FIRST = "first"  # new sessions only; who has a session gets back to it
    EVERYTHING = "everything"


class State(StrEnum):
    """What a fault does to the state of the desktops it touches."""

    AS_BEFORE = "as_before"
    ERROR = "error"  # ERROR and UNREGISTER
    UNREGISTERED = "unregistered"  # still ACTIVE, but the agent is not heard of


class Severity(StrEnum):
    """How bad, in the four words that all of Huawei's interfaces share."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a fault does to connections and desktops while it lasts.

    drops: share of standing connections that are cut when it begins. refuses: share of the
    attempts that it stands in the way of which fail. delay_s, rtt_add_ms: the
    range, drawn per connection, that is added to logons and round trips. The load figures are
    percent; `disk_speed` is a factor on all disk rates.
    """

    state: State = State.AS_BEFORE
    drops: float = 0.0
    session_survives: bool = False
    blocks: Blocks = Blocks.NOTHING
    refuses: float = 1.0
    failure: Failure = Failure.NONE
    delay_s: tuple[int, int] = (0, 0)
    rtt_add_ms: tuple[int, int] = (0, 0)
    cpu_at_least: float = 0.0
    memory_at_least: float = 0.0
    disk_at_least: float = 0.0
    disk_speed: float = 1.0
    storm_share: float = 0.0
    drift_share: float = 0.0
    quota: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The Cloud Eye rule behind a REST alarm; an empty operator means an event, not a metric."""

    metric: str
    operator: str = ""
    threshold: float = 0.0
    value: float = 0.0
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One kind of fault. `code` is its alarm number in the traps, `type_code` their iMAP type.

    victims: the kind of fault that each desktop it touches reports by itself, "" for none.
    """

    name: str
    target: Target
    channel: Channel
    severity: Severity
    title: str
    cause: str
    repair: str
    effect: Effect
    code: int = 0
    type_code: int = 5
    rule: Rule | None = None
    odds: float = 1.0  # how often chaos picks it, against the others
    minutes: tuple[int, int] = (4, 12)
    symptoms: tuple[str, ...] = ()
    victims: str = ""


INFRASTRUCTURE = (
    FaultKind(
        name="host_down", target=Target.HOST, channel=Channel.TRAP, severity=Severity.CRITICAL,
        title="主机故障", cause="主机与管理节点心跳中断超过60秒", code=151001,
        repair="1.检查主机电源与BMC状态；2.检查管理网口；3.必要时将桌面迁移到其他主机。",
        effect=Effect(
            state=State.ERROR, drops=1.0, blocks=Blocks.EVERYTHING, failure=Failure.DESKTOP_DOWN,
        ),
        odds=0.5, minutes=(6, 14), victims="desktop_error",
        symptoms=("sessions_dropped", "desktops_error", "login_failures", "host_fault"),
    ),
    FaultKind(
        name="storage_slow", target=Target.DATASTORE, channel=Channel.TRAP,
        severity=Severity.MAJOR, title="数据存储时延过高", code=151002, type_code=9,
        cause="数据存储平均IO时延超过50ms", repair="检查存储控制器、硬盘及存储网络。",
        effect=Effect(delay_s=(18, 55), disk_speed=0.18), odds=0.8,
        symptoms=("logons_slow", "disk_slow"),
    ),
    FaultKind(
        name="gateway_loss", target=Target.GATEWAY, channel=Channel.TRAP,
        severity=Severity.MAJOR, title="接入网关丢包率过高", code=151003, type_code=8,
        cause="接入网关外网口丢包率超过5%", repair="检查接入网关外网链路与防火墙会话数。",
        effect=Effect(
            drops=0.30, session_survives=True, rtt_add_ms=(140, 320), delay_s=(3, 12),
            blocks=Blocks.EVERYTHING, refuses=0.15, failure=Failure.NETWORK_LOST,
        ),
        symptoms=("sessions_dropped", "latency_up", "login_failures"),
    ),
    FaultKind(
        name="broker_down", target=Target.BROKER, channel=Channel.TRAP,
        severity=Severity.CRITICAL, title="HDC服务异常", code=151004, type_code=6,
        cause="HDC服务进程无响应", repair="登录HDC节点检查服务进程与数据库连接，必要时重启服务。",
        effect=Effect(blocks=Blocks.EVERYTHING, failure=Failure.BROKER_DOWN), odds=0.5,
        symptoms=("login_failures",),
    ),
    FaultKind(
        name="login_storm", target=Target.BROKER, channel=Channel.TRAP, severity=Severity.MINOR,
        title="接入请求过载", code=151005, type_code=9, cause="每分钟登录请求数超过阈值",
        repair="检查是否为集中上班时段，必要时预启动桌面或扩容HDC。",
        effect=Effect(
            delay_s=(12, 40), storm_share=0.9, blocks=Blocks.FIRST, refuses=0.10,
            failure=Failure.OVERLOADED,
        ),
        odds=0.5, minutes=(4, 8), symptoms=("logons_slow", "logins_up", "login_failures"),
    ),
    FaultKind(
        name="licence_exhausted", target=Target.LICENCE_SERVER, channel=Channel.TRAP,
        severity=Severity.CRITICAL, title="License资源不足", code=151006, type_code=10,
        cause="桌面接入License已用完", repair="释放空闲会话或加载扩容License。",
        effect=Effect(
            blocks=Blocks.FIRST, failure=Failure.NO_LICENCE, quota="general_instances",
        ),
        odds=0.3, minutes=(4, 8), symptoms=("login_failures", "quota_full"),
    ),
    FaultKind(
        name="licence_expiring", target=Target.LICENCE_SERVER, channel=Channel.TRAP,
        severity=Severity.WARNING, title="License即将过期", code=151007, type_code=10,
        cause="License剩余有效期不足30天", repair="申请并加载新的License文件。",
        effect=Effect(), odds=0.0, symptoms=(),
    ),
    FaultKind(
        name="profile_slow", target=Target.PROFILE_STORE, channel=Channel.TRAP,
        severity=Severity.MAJOR, title="用户配置文件存储响应慢", code=151008, type_code=9,
        cause="文件存储NAS响应时延超过阈值", repair="检查NAS负载、网络与正在进行的备份任务。",
        effect=Effect(delay_s=(25, 70)), odds=0.7, symptoms=("logons_slow",),
    ),
    FaultKind(
        name="link_down", target=Target.SWITCH, channel=Channel.LINK_TRAP,
        severity=Severity.MAJOR, title="交换机端口Down", code=151009, type_code=8,
        cause="接入交换机上行端口状态变为Down", repair="检查光模块、光纤与对端端口。",
        effect=Effect(rtt_add_ms=(6, 25)), odds=0.6, symptoms=("latency_up",),
    ),
)  # fmt: skip

DESKTOPS = (
    FaultKind(
        name="agent_gone", target=Target.DESKTOP, channel=Channel.REST, severity=Severity.MAJOR,
        title="桌面代理未注册", cause="桌面HDA代理心跳丢失", repair="重启桌面代理服务或重启桌面。",
        effect=Effect(
            state=State.UNREGISTERED, drops=1.0, blocks=Blocks.EVERYTHING,
            failure=Failure.AGENT_GONE,
        ),
        rule=Rule(metric="desktopAgentUnregistered"), odds=2.0,
        symptoms=("sessions_dropped", "desktops_unregistered", "login_failures"),
    ),
    FaultKind(
        name="disk_full", target=Target.DESKTOP, channel=Channel.REST, severity=Severity.MINOR,
        title="桌面磁盘使用率过高", cause="系统盘剩余空间不足", repair="清理临时文件或扩容系统盘。",
        effect=Effect(disk_at_least=98.2, delay_s=(8, 20)), odds=2.0, minutes=(8, 30),
        rule=Rule(
            metric="disk_util_inband", operator=">=", threshold=95.0, value=98.6, unit="%",
        ),
        symptoms=("disk_full",),
    ),
    FaultKind(
        name="desktop_error", target=Target.DESKTOP, channel=Channel.REST,
        severity=Severity.CRITICAL, title="桌面状态异常", cause="桌面虚拟机进入异常状态",
        repair="在控制台重启桌面，仍异常则重建系统盘。",
        effect=Effect(
            state=State.ERROR, drops=1.0, blocks=Blocks.EVERYTHING, failure=Failure.DESKTOP_DOWN,
        ),
        rule=Rule(metric="desktopStatusError"), odds=1.2,
        symptoms=("sessions_dropped", "desktops_error", "login_failures"),
    ),
    FaultKind(
        name="cpu_hog", target=Target.DESKTOP, channel=Channel.REST, severity=Severity.MINOR,
        title="桌面CPU使用率过高", cause="进程占用过高CPU", repair="结束异常进程。",
        effect=Effect(cpu_at_least=96.0, delay_s=(4, 12)), odds=2.0,
        rule=Rule(metric="cpu_util", operator=">=", threshold=90.0, value=97.4, unit="%"),
        symptoms=("cpu_high",),
    ),
    FaultKind(
        name="memory_pressure", target=Target.DESKTOP, channel=Channel.REST,
        severity=Severity.MINOR, title="桌面内存使用率过高", cause="内存占用持续升高",
        repair="关闭占用内存的应用或升级桌面规格。",
        effect=Effect(memory_at_least=95.5, delay_s=(3, 10)), odds=1.5,
        rule=Rule(metric="mem_util", operator=">=", threshold=90.0, value=96.1, unit="%"),
        symptoms=("memory_high",),
    ),
    FaultKind(
        name="image_drift", target=Target.POOL, channel=Channel.REST, severity=Severity.WARNING,
        title="桌面池镜像版本不一致", cause="部分桌面未升级到池镜像版本",
        repair="对版本不一致的桌面执行重建系统盘。", effect=Effect(drift_share=0.15), odds=0.5,
        rule=Rule(metric="desktopPoolImageDrift"), minutes=(10, 40),
        symptoms=("agent_versions_old",),
    ),
    FaultKind(
        name="quota_exhausted", target=Target.QUOTA, channel=Channel.REST,
        severity=Severity.MAJOR, title="磁盘容量配额不足", cause="磁盘容量配额已用完",
        repair="申请提升配额或删除闲置磁盘。", effect=Effect(quota="volume_gigabytes"), odds=0.3,
        rule=Rule(
            metric="quota_used_ratio", operator=">=", threshold=95.0, value=100.0, unit="%",
        ),
        symptoms=("quota_full",),
    ),
)  # fmt: skip

RARE = (
    FaultKind(
        name="gateway_down", target=Target.GATEWAY, channel=Channel.TRAP,
        severity=Severity.CRITICAL, title="接入网关故障", code=151010, type_code=6,
        cause="接入网关进程退出，健康检查失败", repair="重启接入网关或切换到备用网关。",
        effect=Effect(
            drops=1.0, session_survives=True, blocks=Blocks.EVERYTHING,
            failure=Failure.NETWORK_LOST,
        ),
        odds=0.0, symptoms=("sessions_dropped", "login_failures"),
    ),
    FaultKind(
        name="directory_down", target=Target.BROKER, channel=Channel.TRAP,
        severity=Severity.CRITICAL, title="AD域控制器连接失败", code=151011, type_code=6,
        cause="HDC与域控制器的LDAP连接中断", repair="检查域控制器与网络。",
        effect=Effect(blocks=Blocks.FIRST, failure=Failure.DIRECTORY_DOWN), odds=0.0,
        symptoms=("login_failures",),
    ),
    FaultKind(
        name="clock_skew", target=Target.BROKER, channel=Channel.TRAP, severity=Severity.MAJOR,
        title="节点时间偏差过大", code=151012, type_code=6, cause="NTP同步失败超过30分钟",
        repair="检查NTP服务器。",
        effect=Effect(blocks=Blocks.FIRST, refuses=0.9, failure=Failure.CLOCK_SKEW), odds=0.0,
        symptoms=("login_failures",),
    ),
    FaultKind(
        name="certificate_over", target=Target.GATEWAY, channel=Channel.TRAP,
        severity=Severity.CRITICAL, title="接入网关证书已到期", code=151013, type_code=6,
        cause="TLS证书超过有效期", repair="更换证书。",
        effect=Effect(blocks=Blocks.EVERYTHING, failure=Failure.BAD_CERTIFICATE), odds=0.0,
        symptoms=("login_failures",),
    ),
    FaultKind(
        name="names_lost", target=Target.BROKER, channel=Channel.TRAP, severity=Severity.MAJOR,
        title="DNS服务异常", code=151014, type_code=8, cause="DNS查询超时", repair="检查DNS服务。",
        effect=Effect(blocks=Blocks.FIRST, refuses=0.9, failure=Failure.NAME_UNKNOWN), odds=0.0,
        symptoms=("login_failures",),
    ),
    FaultKind(
        name="host_overloaded", target=Target.HOST, channel=Channel.TRAP,
        severity=Severity.MAJOR, title="主机CPU过载", code=151015, type_code=9,
        cause="主机CPU就绪等待过高", repair="迁移部分桌面。",
        effect=Effect(cpu_at_least=72.0, delay_s=(25, 60), rtt_add_ms=(15, 40)), odds=0.0,
        symptoms=("logons_slow",),
    ),
    FaultKind(
        name="datastore_full", target=Target.DATASTORE, channel=Channel.TRAP,
        severity=Severity.CRITICAL, title="数据存储空间不足", code=151016, type_code=9,
        cause="数据存储剩余空间低于1%", repair="清理快照或扩容。",
        effect=Effect(
            state=State.ERROR, drops=1.0, blocks=Blocks.EVERYTHING, failure=Failure.DESKTOP_DOWN,
        ),
        odds=0.0, symptoms=("sessions_dropped", "desktops_error", "login_failures"),
    ),
    FaultKind(
        name="pool_empty", target=Target.POOL, channel=Channel.REST, severity=Severity.MAJOR,
        title="桌面池可用桌面不足", cause="空闲桌面为0", repair="扩容桌面池。",
        effect=Effect(blocks=Blocks.FIRST, failure=Failure.NO_FREE_DESKTOP), odds=0.0,
        rule=Rule(metric="desktopPoolFree", operator="<=", threshold=0.5, value=0.0),
        symptoms=("login_failures",),
    ),
    FaultKind(
        name="account_lock", target=Target.PERSON, channel=Channel.SILENT,
        severity=Severity.MINOR, title="", cause="", repair="",
        effect=Effect(blocks=Blocks.EVERYTHING, failure=Failure.ACCOUNT_LOCKED), odds=0.0,
        symptoms=("login_failures",),
    ),
    FaultKind(
        name="profile_broken", target=Target.PERSON, channel=Channel.SILENT,
        severity=Severity.MINOR, title="", cause="", repair="",
        effect=Effect(delay_s=(70, 130)), odds=0.0, symptoms=("logons_slow",),
    ),
)  # fmt: skip
"""Kinds that never come by themselves; only who asks for one by name gets it."""

OWN = (
    FaultKind(
        name="own_far", target=Target.PERSON, channel=Channel.SILENT, severity=Severity.MINOR,
        title="", cause="", repair="", effect=Effect(rtt_add_ms=(180, 420)), odds=0.0,
    ),
    FaultKind(
        name="own_wireless", target=Target.PERSON, channel=Channel.SILENT,
        severity=Severity.MINOR, title="", cause="", repair="",
        effect=Effect(
            drops=1.0, session_survives=True, blocks=Blocks.EVERYTHING, refuses=0.6,
            rtt_add_ms=(90, 260), failure=Failure.NETWORK_LOST,
        ),
        odds=0.0,
    ),
    FaultKind(
        name="own_tunnel", target=Target.PERSON, channel=Channel.SILENT, severity=Severity.MINOR,
        title="", cause="", repair="", effect=Effect(rtt_add_ms=(110, 190)), odds=0.0,
    ),
    FaultKind(
        name="own_line", target=Target.PERSON, channel=Channel.SILENT, severity=Severity.MINOR,
        title="", cause="", repair="",
        effect=Effect(blocks=Blocks.EVERYTHING, failure=Failure.NETWORK_LOST), odds=0.0,
    ),
    FaultKind(
        name="own_password", target=Target.PERSON, channel=Channel.SILENT,
        severity=Severity.MINOR, title="", cause="", repair="",
        effect=Effect(blocks=Blocks.EVERYTHING, failure=Failure.WRONG_PASSWORD), odds=0.0,
    ),
)  # fmt: skip
"""What people have at home: no fault of the cloud, and the cloud does not know of it."""

KINDS = {kind.name: kind for kind in (*INFRASTRUCTURE, *DESKTOPS, *RARE, *OWN)}
