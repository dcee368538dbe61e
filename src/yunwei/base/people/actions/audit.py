"""The audit log's one door in. Needs no Django: engine processes write through it, too."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import msgspec

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people import store
from yunwei.base.people.facts import Viewer
from yunwei.base.people.rules import is_secret_name

HIDDEN = "(secret)"


def record(
    conn: Connection | None,
    viewer: Viewer,
    verb: str,
    *,
    object_kind: str = "",
    object_id: str | int = "",
    object_name: str = "",
    tenant: TenantId | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    detail: str = "",
) -> None:
    """Write one line of the audit log.

    conn: the transaction of the change itself, so that both happen or neither; None opens one.
    tenant: whose object it is; None takes the viewer's own. before, after: the fields that the
    change touched. Values of fields whose names are known to be secret are not written, at any
    depth; keeping other secrets out is the caller's duty.
    """
    values = {
        "tenant": tenant or viewer.tenant or None,
        "user": viewer.user_id,
        "user_name": viewer.name,
        "address": viewer.address,
        "verb": verb,
        "object_kind": object_kind,
        "object_id": str(object_id),
        "object_name": object_name,
        "before": _clean_json(before),
        "after": _clean_json(after),
        "detail": detail,
    }
    with nullcontext(conn) if conn is not None else transaction() as opened:
        store.add_audit(opened, values)


def changed(before: object, after: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of two facts of one type that differ: as they were, as they are."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    names = [name for name in new if old[name] != new[name]]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def _clean_json(fields: Mapping[str, Any] | None) -> str:
    # PostgreSQL keeps no NUL in texts
    text = msgspec.json.encode(_without_secrets(dict(fields or {}))).decode()
    return text.replace("\\u0000", "\N{REPLACEMENT CHARACTER}")


def _without_secrets(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN if is_secret_name(str(key)) and each else _without_secrets(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_secrets(each) for each in value]
    if hasattr(value, "__dataclass_fields__"):
        return _without_secrets(msgspec.to_builtins(value))
    return value
