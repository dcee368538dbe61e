"""Who is in which department and what in which pool, so that use can be told by them."""

from yunwei.monitor.telemetry.facts import Column, Table
from yunwei.monitor.telemetry.migrations.operations import CreateTable

_WORD = "LowCardinality(String)"
_WHOSE = (Column(name="tenant", type="UInt64"), Column(name="source", type="UInt64"))
_WRITTEN = Column(name="written_at", type="DateTime64(3, 'UTC')", codec="DoubleDelta, ZSTD(1)")

OPERATIONS = (
    CreateTable(
        table=Table(
            name="known_users",
            summary="",
            columns=(
                *_WHOSE,
                Column(name="login", type="String"),
                Column(name="department", type=_WORD),
                _WRITTEN,
            ),
            key=("tenant", "source", "login"),
            version="written_at",
            partition="tuple()",
            expires_by="written_at",
        )
    ),
    CreateTable(
        table=Table(
            name="known_desktops",
            summary="",
            columns=(
                *_WHOSE,
                Column(name="desktop", type="String"),
                Column(name="pool", type=_WORD),
                _WRITTEN,
            ),
            key=("tenant", "source", "desktop"),
            version="written_at",
            partition="tuple()",
            expires_by="written_at",
        )
    ),
)
