"""The objects that threshold rules select from, and what conditions may ask of them. Pure."""

from yunwei.base.core.condition import Field, FieldSet, Kind, Label
from yunwei.monitor.inventory.facts import Measured
from yunwei.monitor.thresholds.facts import Target


def _word(name: str, zh: str, en: str, *, is_optional: bool = False) -> Field:
    return Field(
        name=name, kind=Kind.WORD, label=Label(zh=zh, en=en), is_optional=is_optional, share=0.1
    )


TARGET_FIELDS = FieldSet(
    name="targets",
    fields=(
        Field(
            name="managed_object",
            kind=Kind.PATH,
            label=Label(zh="管理对象", en="Object"),
            share=0.001,
        ),
        _word("object_name", "对象名称", "Name of object"),
        _word("native_id", "数据源中的编号", "Id in the source"),
        _word("source_name", "数据源名称", "Source's name"),
        _word("source", "数据源编号", "Source's number"),
        _word("tenant", "租户编号", "Tenant's number"),
        _word("tenant_name", "租户", "Tenant"),
        _word("pool", "桌面池", "Pool", is_optional=True),
        _word("host", "主机", "Host", is_optional=True),
        _word("site", "站点", "Site", is_optional=True),
        _word("image", "镜像", "Image", is_optional=True),
        _word("desktop_kind", "桌面类型", "Kind of desktop", is_optional=True),
        _word("operating_system", "操作系统", "Operating system", is_optional=True),
    ),
)
"""What conditions on objects may name; `build_target` gives the values."""

_OPTIONAL = ("pool", "host", "site", "image", "desktop_kind", "operating_system")


def build_target(seen: Measured) -> Target:
    """Return an object with its row; a field that the source does not tell is not there."""
    name = seen.name or seen.native_id or seen.source_name
    tail = f"/{seen.object_kind}/{name}" if seen.object_kind != "source" else ""
    path = f"/source/{seen.source}{tail}"
    row: dict[str, object] = {
        "managed_object": path,
        "object_name": name,
        "native_id": seen.native_id,
        "source_name": seen.source_name,
        "source": str(seen.source),
        "tenant": str(seen.tenant),
        "tenant_name": seen.tenant_name,
    }
    row |= {key: value for key in _OPTIONAL if (value := getattr(seen, key))}
    return Target(
        tenant=seen.tenant,
        source=seen.source,
        object_id=seen.native_id,
        managed_object=path,
        name=name,
        row=row,
        known_from_s=seen.first_seen_at.timestamp() if seen.first_seen_at else 0.0,
    )
