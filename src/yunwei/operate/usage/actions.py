"""Changes to use that others may ask for: none but where its questions go."""

from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.usage.store import door as doors


def use_clickhouse(door: ClickHouse | None) -> None:
    """Let this process's questions go through `door` from now on."""
    doors.use(door)
