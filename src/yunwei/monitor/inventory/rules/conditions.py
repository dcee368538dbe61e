"""What a condition on desktops may name, and conditions as people write them. Pure."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.condition import Condition, Field, FieldSet, Kind, Label, parse_text


def _word(name: str, zh: str, en: str, *, is_optional: bool = True) -> Field:
    label = Label(zh=zh, en=en)
    return Field(name=name, kind=Kind.WORD, label=label, is_optional=is_optional, share=0.1)


def _choice(name: str, zh: str, en: str, words: Mapping[str, tuple[str, str]]) -> Field:
    labels = {word: Label(zh=said[0], en=said[1]) for word, said in words.items()}
    return Field(name=name, kind=Kind.CHOICE, label=Label(zh=zh, en=en), labels=labels, share=0.3)


DESKTOP_FIELDS = FieldSet(
    name="desktops",
    fields=(
        _word("name", "桌面名称", "Name", is_optional=False),
        _word("native_id", "数据源中的编号", "Id in the source", is_optional=False),
        _word("source_name", "数据源名称", "Source's name", is_optional=False),
        _word("pool", "桌面池", "Pool"),
        _word("host", "主机", "Host"),
        _word("site", "站点", "Site"),
        _word("image", "镜像", "Image"),
        _word("desktop_kind", "桌面类型", "Kind of desktop"),
        _word("operating_system", "操作系统", "Operating system"),
        _word("agent_version", "代理版本", "Agent's version"),
        _choice(
            "state",
            "状态",
            "State",
            {
                "running": ("运行中", "Running"),
                "stopped": ("已关机", "Stopped"),
                "hibernated": ("已休眠", "Hibernated"),
                "changing": ("变化中", "Changing"),
                "error": ("异常", "Error"),
                "unknown": ("未知", "Unknown"),
            },
        ),
        _choice(
            "login_state",
            "登录状态",
            "Login state",
            {
                "connected": ("已连接", "Connected"),
                "disconnected": ("已断开", "Disconnected"),
                "ready": ("就绪", "Ready"),
                "unregistered": ("未注册", "Unregistered"),
                "unknown": ("未知", "Unknown"),
            },
        ),
        Field(
            name="tags",
            kind=Kind.TAGS,
            label=Label(zh="标签", en="Tags"),
            share=0.1,
        ),
    ),
)
"""What a condition on desktops may name."""


def read_condition(text: str) -> Condition:
    """Return a condition on desktops; raises Invalid (condition), with the place."""
    return parse_text(text, fields=DESKTOP_FIELDS)


_COLUMNS = {
    "name": "name",
    "native_id": "native_id",
    "source_name": "source_name",
    "pool": "pool_name",
    "host": "host_name",
    "site": "site",
    "image": "image",
    "desktop_kind": "kind",
    "operating_system": "operating_system",
    "agent_version": "agent_version",
    "state": "state",
    "login_state": "login_state",
}


def describe_desktop(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of a desktop, by the fields of desktops. row: of a statement that names
    its columns as the store of runs does."""
    known: dict[str, Any] = {name: row[column] for name, column in _COLUMNS.items() if row[column]}
    tags = row["tags"] or {}
    known["tags"] = tuple(f"{key}={value}" if value else key for key, value in tags.items())
    return known
