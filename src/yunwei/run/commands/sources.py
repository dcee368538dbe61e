"""`yunwei source …`."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Viewer
from yunwei.monitor.collect.actions import probes
from yunwei.monitor.collect.actions import sources as actions
from yunwei.monitor.collect.facts import SourceDraft, SourceRow
from yunwei.monitor.collect.queries import sources as queries
from yunwei.run.commands.people import find_administrator, find_tenant
from yunwei.run.commands.stores import open_database


def add(
    data_dir: Path | None,
    *,
    connector: str,
    name: str,
    tenant: str | None,
    settings: tuple[str, ...],
    secrets: Mapping[str, str],
    history_days: int,
) -> dict[str, Any]:
    """Add a source; collect reads it within seconds. Raises Invalid, naming the field."""
    with open_database(data_dir):
        draft = SourceDraft(
            tenant=find_tenant(tenant).id,
            connector=connector,
            name=name,
            settings={**_parse_settings(settings), **secrets},
            history_days=history_days,
        )
        return _told(actions.add_source(find_administrator(), draft))


def test(data_dir: Path | None, name: str) -> dict[str, Any]:
    """Ask a source whether it can be read: {"state", "text", "facts", "warnings"}."""
    with open_database(data_dir):
        viewer = find_administrator()
        source = _find(viewer, name)
        answer = asyncio.run(probes.probe_source(viewer, source))
        return {
            "state": answer.state.value,
            "text": answer.text,
            "facts": dict(answer.facts),
            "warnings": list(answer.warnings),
        }


def list_all(data_dir: Path | None) -> list[dict[str, Any]]:
    with open_database(data_dir):
        return [_told(source) for source in _fetch(find_administrator())]


def _fetch(viewer: Viewer) -> tuple[SourceRow, ...]:
    return queries.fetch_sources(viewer, page=PageRequest(limit=1000, sort="name")).items


def _find(viewer: Viewer, name: str) -> SourceId:
    for source in _fetch(viewer):
        if name in (str(source.id), source.name):
            return source.id
    raise Invalid("name", f"there is no source {name!r}")


def _parse_settings(words: tuple[str, ...]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise Invalid("set", f"expected KEY=VALUE, not {word!r}")
        settings[key] = value
    return settings


def _told(source: SourceRow) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "connector": source.connector,
        "tenant": source.tenant_name,
        "state": source.state.value,
        "is_enabled": source.is_enabled,
        "text": source.state_text,
        **({"issued": dict(source.issued)} if source.issued else {}),
    }
