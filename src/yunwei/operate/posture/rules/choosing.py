"""What a condition on things that desktops stand on may name, and which of them are meant. Pure."""

from yunwei.base.core.condition import (
    Condition,
    Field,
    FieldSet,
    Kind,
    Label,
    Row,
    compile_condition,
)
from yunwei.operate.posture.facts import FailingPool, HostPosture, PoolPosture

THING_FIELDS = FieldSet(
    name="things",
    fields=(
        Field(
            name="kind",
            kind=Kind.CHOICE,
            label=Label(zh="种类", en="Kind"),
            labels={
                "quota": Label(zh="配额", en="Quota"),
                "pool": Label(zh="桌面池", en="Pool"),
                "host": Label(zh="主机", en="Host"),
            },
        ),
        Field(name="name", kind=Kind.WORD, label=Label(zh="名称", en="Name")),
        Field(
            name="source_name",
            kind=Kind.WORD,
            label=Label(zh="数据源", en="Source"),
            is_optional=True,
        ),
        Field(name="site", kind=Kind.WORD, label=Label(zh="站点", en="Site"), is_optional=True),
    ),
)
"""What a host, pool or quota says. A field that a thing has not is not there."""


class Chooser:
    """Says which things a condition means; of none all of them."""

    def __init__(self, only: Condition | None) -> None:
        self._matches = compile_condition(only, fields=THING_FIELDS) if only else None

    def means_host(self, host: HostPosture) -> bool:
        return self._means(
            {
                "kind": "host",
                "name": host.name,
                "source_name": host.source_name,
                **({"site": host.site} if host.site else {}),
            }
        )

    def means_pool(self, pool: PoolPosture) -> bool:
        return self._means({"kind": "pool", "name": pool.name, "source_name": pool.source_name})

    def means_failing(self, failing: FailingPool, sources: dict[int, str]) -> bool:
        """sources: the source's name by its pool."""
        told = {"kind": "pool", "name": failing.pool_name}
        source = sources.get(failing.pool or 0)
        return self._means(told | ({"source_name": source} if source else {}))

    def means_quota(self, name: str, source_name: str) -> bool:
        return self._means({"kind": "quota", "name": name, "source_name": source_name})

    def _means(self, row: Row) -> bool:
        return self._matches is None or self._matches(row)
