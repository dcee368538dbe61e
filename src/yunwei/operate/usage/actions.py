"""Changes to use that others may ask for: none but where its questions go."""

from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.usage import store


def use_clickhouse(door: ClickHouse | None) -> None:
    """Let this process's questions go through `door` from now on."""
    store.use(door)
