"""Stored rules that can not be understood: they do nothing, and somebody is told. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from yunwei.base.core.errors import YunweiError
from yunwei.base.core.ids import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedRule:
    """kind: `mask_rule`, `noise_rule`, `route`. why: what can not be understood. lacks: of a rule
    that is sound, the named sets that are empty or unknown: what names them matches nothing."""

    kind: str
    id: int
    tenant: TenantId
    name: str
    why: str
    lacks: tuple[str, ...] = ()


def build_sound[T](
    kind: str, rows: Iterable[Mapping[str, Any]], build: Callable[[Mapping[str, Any]], T]
) -> tuple[tuple[T, ...], tuple[DamagedRule, ...]]:
    """Return what can be built of some rows, and which can not: one stops no other.

    A row has `id`, `tenant` and `name`. build raises ValueError, or an error of ours, for a row
    that is damaged.
    """
    sound: list[T] = []
    damaged: list[DamagedRule] = []
    for row in rows:
        try:
            sound.append(build(row))
        except (YunweiError, ValueError, msgspec.MsgspecError) as error:
            damaged.append(
                DamagedRule(
                    kind=kind,
                    id=row["id"],
                    tenant=TenantId(row["tenant"]),
                    name=row["name"],
                    why=str(error),
                )
            )
    return tuple(sound), tuple(damaged)
