"""When desktops were last used: what is kept of older days stays true when rows come late."""

from datetime import timedelta

from tests.integration.telemetry.support import at, connection, write
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.usage.store.idle import last_uses

NOW = at(24 * 40)
SINCE = NOW - timedelta(days=97)


def used(minute: int = 0) -> dict[str, tuple[str, float]]:
    """Return by whom and until when (hours) each desktop was last used, as is known in a minute."""
    found = last_uses([TenantId(2)], SINCE, NOW + timedelta(minutes=minute))
    return {
        desktop: (told.login, (told.until_at - at(0)).total_seconds() / 3600)
        for (_source, desktop), told in found.items()
    }


def test_a_late_row_of_an_old_day_counts_and_the_newest_use_wins(
    clickhouse: ClickHouse,
) -> None:
    write(clickhouse, [connection("a", 8, 9), connection("b", 30, 31, desktop="d2")], read_at=NOW)
    wanted = {"d1": ("li", 9), "d2": ("li", 31)}
    assert used() == wanted
    assert used(1) == wanted
    # of a day that was read and kept
    write(clickhouse, [connection("c", 10, 12, login="wu")], read_at=NOW + timedelta(minutes=1))
    assert used(2) == wanted | {"d1": ("wu", 12)}
    # of the last days
    write(clickhouse, [connection("d", 950, 951, login="he", desktop="d2")], read_at=NOW)
    assert used(3) == {"d1": ("wu", 12), "d2": ("he", 951)}
    # an older use that comes later changes nothing
    write(clickhouse, [connection("e", 20, 21, login="qi", desktop="d2")], read_at=NOW)
    assert used(4) == {"d1": ("wu", 12), "d2": ("he", 951)}
