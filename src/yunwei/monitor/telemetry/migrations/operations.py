"""What a step may do, as objects: each gives its SQL, and none runs it."""

from dataclasses import dataclass
from typing import Protocol

from yunwei.monitor.telemetry.facts import Column, Index, Projection, Table
from yunwei.monitor.telemetry.rules.tables import (
    PROJECTION_MODE,
    check_name,
    render_column,
    render_create,
    render_index,
    render_projection,
)


class Operation(Protocol):
    def forwards(self) -> str:
        """Return the one statement that does it; harmless when it is done already."""
        ...


@dataclass(frozen=True, kw_only=True)
class CreateTable:
    table: Table

    def forwards(self) -> str:
        return render_create(self.table)


@dataclass(frozen=True, kw_only=True)
class AddColumn:
    """after: the column that it stands behind, so that tables old and new look alike."""

    table: str
    column: Column
    after: str

    def forwards(self) -> str:
        table, after = check_name(self.table), check_name(self.after)
        column = render_column(self.column)
        return f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} AFTER {after}"  # rule: checked names


@dataclass(frozen=True, kw_only=True)
class AddIndex:
    """Serves rows written from then on."""

    table: str
    index: Index

    def forwards(self) -> str:
        table, index = check_name(self.table), render_index(self.index)
        return f"ALTER TABLE {table} ADD INDEX IF NOT EXISTS {index}"  # rule: checked names


@dataclass(frozen=True, kw_only=True)
class AllowProjections:
    """A table whose rows replace each other must say what becomes of sums then."""

    table: str

    def forwards(self) -> str:
        return f"ALTER TABLE {check_name(self.table)} MODIFY SETTING {PROJECTION_MODE}"  # rule: checked names


@dataclass(frozen=True, kw_only=True)
class AddProjection:
    """Serves rows written from then on; `FillProjection` the older ones."""

    table: str
    projection: Projection

    def forwards(self) -> str:
        table, projection = check_name(self.table), render_projection(self.projection)
        return (
            f"ALTER TABLE {table} ADD PROJECTION IF NOT EXISTS {projection}"  # rule: checked names
        )


@dataclass(frozen=True, kw_only=True)
class FillProjection:
    """Done beside everything else; until then the older rows are read themselves."""

    table: str
    projection: str

    def forwards(self) -> str:
        table, projection = check_name(self.table), check_name(self.projection)
        how = "SETTINGS mutations_sync = 0"  # who upgrades does not wait for it
        return (
            f"ALTER TABLE {table} MATERIALIZE PROJECTION {projection} {how}"  # rule: checked names
        )


@dataclass(frozen=True, kw_only=True)
class DropColumn:
    table: str
    column: str

    def forwards(self) -> str:
        table, column = check_name(self.table), check_name(self.column)
        return f"ALTER TABLE {table} DROP COLUMN IF EXISTS {column}"  # rule: checked names
