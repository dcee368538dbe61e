"""How declared tables are spelt in ClickHouse's language. Pure: nothing is run here."""

import re

from yunwei.monitor.telemetry.facts import Column, Index, Projection, Table

PROJECTION_MODE = "deduplicate_merge_projection_mode = 'rebuild'"
"""Rows that replaced others are left out of the sums, too."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def check_name(name: str) -> str:
    """Return a name that may stand in a statement as it is; raises ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name: {name!r}")
    return name


def render_column(column: Column) -> str:
    codec = f" CODEC({column.codec})" if column.codec else ""
    return f"{check_name(column.name)} {column.type}{codec}"


def render_index(index: Index) -> str:
    return (
        f"{check_name(index.name)} {index.expression} TYPE {index.type}"
        f" GRANULARITY {index.granularity}"
    )


def render_projection(projection: Projection) -> str:
    if projection.order:
        order = ", ".join(map(check_name, projection.order))
        return f"{check_name(projection.name)} (SELECT * ORDER BY {order})"  # rule: checked names
    groups = ", ".join(projection.groups)
    told = ", ".join((*projection.groups, *projection.sums))
    return f"{check_name(projection.name)} (SELECT {told} GROUP BY {groups})"


def render_create(table: Table) -> str:
    """Return the statement that makes a table, its retention aside."""
    parts = [*map(render_column, table.columns)]
    parts += [f"INDEX {render_index(index)}" for index in table.indexes]
    parts += [f"PROJECTION {render_projection(projection)}" for projection in table.projections]
    inner = ",\n    ".join(parts)
    name = check_name(table.name)
    return (
        f"CREATE TABLE IF NOT EXISTS {name} (\n    {inner}\n)\n"  # rule: checked names
        f"ENGINE = ReplacingMergeTree({check_name(table.version)})\n"
        f"PARTITION BY {table.partition}\n"
        f"ORDER BY ({', '.join(map(check_name, table.key))})"
        + (f"\nSETTINGS {PROJECTION_MODE}" if table.projections else "")
    )


def render_retention(table: Table, days: int) -> str:
    column = check_name(table.expires_by)
    return (
        f"ALTER TABLE {check_name(table.name)}"  # rule: checked names
        f" MODIFY TTL toDateTime({column}) + toIntervalDay({int(days)})"
    )
