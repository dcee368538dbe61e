"""Remedies that several checks offer. Data."""

from yunwei.operate.diagnosis.facts.verdicts import Act, Remedy, Risk, Said


def instruct(zh: str, en: str, risk: Risk = Risk.NONE, request: str = "") -> Remedy:
    """Return a remedy that a person carries out, or asks for."""
    return Remedy(text=Said(zh=zh, en=en), risk=risk, request=request)


def run_script(zh: str, en: str, *scripts: str, risk: Risk = Risk.NONE) -> Remedy:
    """Return a remedy that scripts of the starter set carry out, each on its kind of desktop."""
    return Remedy(text=Said(zh=zh, en=en), risk=risk, scripts=scripts)


START = Remedy(text=Said(zh="开机", en="Start the desktop"), risk=Risk.LOW, act=Act.START)
RESTART = Remedy(
    text=Said(zh="重启桌面，未保存的内容会丢失", en="Restart the desktop; unsaved work is lost"),
    risk=Risk.LOSES_WORK,
    act=Act.RESTART,
)
FORCE_RESTART = Remedy(
    text=Said(zh="强制重启桌面，未保存的内容会丢失", en="Restart by force; unsaved work is lost"),
    risk=Risk.LOSES_WORK,
    act=Act.FORCE_RESTART,
)
LOG_OFF = Remedy(
    text=Said(
        zh="注销卡住的会话，未保存的内容会丢失",
        en="Log off the stuck session; unsaved work is lost",
    ),
    risk=Risk.LOSES_WORK,
    act=Act.LOG_OFF,
)
REBUILD = Remedy(
    text=Said(
        zh="重建系统盘：系统盘上的数据会被清空",
        en="Rebuild the system disk: what is on it is wiped",
    ),
    risk=Risk.LOSES_WORK,
    act=Act.REBUILD,
)
