"""When desktops were last used, as connection records tell."""

from collections.abc import Sequence
from datetime import datetime

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.postgres import load_statements
from yunwei.operate.usage.facts.idle import LastUsed
from yunwei.operate.usage.store import door

SQL = load_statements("yunwei.operate.usage", "idle")


def last_uses(tenants: Sequence[TenantId], since: datetime) -> dict[tuple[SourceId, str], LastUsed]:
    """Return the latest use of each desktop, by source and native id; raises EngineAway."""
    asked = {"tenants": [*tenants], "from_ms": door.to_ms(since)}
    rows = door.ask_arrow(SQL["last_uses"], asked)
    names = ("source", "desktop", "login", "until_ms")
    return {
        (SourceId(source), desktop): LastUsed(login=login, until_at=door.from_ms(until_ms))
        for source, desktop, login, until_ms in zip(
            *(rows[name].to_pylist() for name in names), strict=True
        )
    }
