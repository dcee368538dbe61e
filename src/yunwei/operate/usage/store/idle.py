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
    return {
        (SourceId(row["source"]), row["desktop"]): LastUsed(
            login=row["login"], until_at=door.from_ms(row["until_ms"])
        )
        for row in door.ask(SQL["last_uses"], asked)
    }
