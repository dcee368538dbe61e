"""Questions about sources that others may ask. Secrets leave only through the `system_` ones."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import SourceId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.monitor.collect.facts import (
    PayloadSource,
    ReadHealth,
    SourceConfig,
    SourceRow,
    SourceState,
    SourceStateChange,
    TrapSource,
    TrapUser,
)
from yunwei.monitor.collect.store import sources as store
from yunwei.plugins.sdk.contract import Read
from yunwei.plugins.sdk.manifest import CONNECTORS, Manifest, manifests
from yunwei.plugins.sdk.snmp.usm_keys import AuthProtocol, PrivacyProtocol

FILTERS = tuple(name for name in store.SOURCES.filters if name != "id")
SORTS = tuple(store.SOURCES.sorts)
_PER_MINUTE = 600.0


def fetch_sources(
    viewer: Viewer,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[SourceRow]:
    """Return a page of sources with the health of their reads.

    filters: names in `FILTERS`. Who may see monitoring but not sources gets them without their
    settings. Raises Invalid for unknown filters and sorts.
    """
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.SOURCES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
        reads = store.fetch_reads(conn, [SourceId(row["id"]) for row in found.items])
    rows = tuple(_row(viewer, row, reads.get(SourceId(row["id"]), ())) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def access_source(viewer: Viewer, source: SourceId) -> SourceRow:
    """Return one source; raises Refused when it is not there or not the viewer's."""
    found = fetch_sources(viewer, filters={"id": source}, page=PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_source_changes(
    viewer: Viewer, source: SourceId, *, limit: int = 100
) -> tuple[SourceStateChange, ...]:
    """Return the time line of a source's health, newest first."""
    access_source(viewer, source)
    with transaction() as conn:
        return store.fetch_state_changes(conn, source, limit)


def count_sources_by_state(viewer: Viewer) -> dict[SourceState, int]:
    """Return how many sources are in each state, every state present."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        counted = store.count_states(conn, viewer.tenants)
    return {state: counted.get(state, 0) for state in SourceState}


def list_connectors() -> tuple[Manifest, ...]:
    """Return the manifests of all connectors of which a person may add a source, by name."""
    found = (each for each in manifests(CONNECTORS).values() if not each.is_internal)
    return tuple(sorted(found, key=lambda each: each.name.en.casefold()))


def fetch_expected_sources(viewer: Viewer) -> dict[SourceId, bool]:
    """Return every source there ever was for the viewer, and whether it still ought to measure."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.fetch_expected(conn, viewer.tenants)


def system_source(source: SourceId) -> SourceConfig:
    """Return one source, secrets opened; raises Refused when it is not there (any more)."""
    with transaction() as conn:
        row = store.fetch_source(conn, source)
    if row is None:
        raise Refused()
    return store.build_config(row)


def system_internal_source(conn: Connection) -> SourceConfig:
    """Return the platform's own source; raises Refused before `bootstrap`."""
    row = store.fetch_internal(conn)
    if row is None:
        raise Refused()
    return store.build_config(row)


def system_sources() -> tuple[SourceConfig, ...]:
    """Return every enabled source, secrets opened.

    Raises Misconfigured when a secret was sealed with another key.
    """
    with transaction() as conn:
        rows = store.fetch_enabled(conn)
    return tuple(store.build_config(row) for row in rows)


def system_trap_sources() -> tuple[TrapSource, ...]:
    """Return whose traps are taken: enabled sources whose connector reads traps."""
    return tuple(map(_trap_source, _sources_that_take(Read.TRAPS)))


def system_payload_sources() -> tuple[PayloadSource, ...]:
    """Return whose posts are taken: enabled sources with a token."""
    found = map(_payload_source, _sources_that_take(Read.PAYLOADS))
    return tuple(each for each in found if each.token)


def _sources_that_take(read: Read) -> Iterator[SourceConfig]:
    found = manifests(CONNECTORS)
    with transaction() as conn:
        rows = store.fetch_enabled(conn)
    for row in rows:
        manifest = found.get(row["connector"])
        if manifest is not None and read.value in manifest.reads:
            yield store.build_config(row)


def system_source_names() -> dict[SourceId, str]:
    """Return the names of all sources, removed ones too."""
    with transaction() as conn:
        return store.fetch_names(conn)


def _trap_source(config: SourceConfig) -> TrapSource:
    settings = config.settings
    return TrapSource(
        source=config.id,
        tenant=config.tenant,
        communities=tuple(_words(settings.get("communities", ""))),
        networks=tuple(_words(settings.get("addresses", ""))),
        users=tuple(_trap_users(settings)),
    )


def _payload_source(config: SourceConfig) -> PayloadSource:
    settings = config.settings
    return PayloadSource(
        source=config.id,
        tenant=config.tenant,
        token=settings.get("token", ""),
        signature_secret=settings.get("signature_secret", ""),
        signature_header=settings.get("signature_header", ""),
        per_minute=float(settings.get("per_minute") or _PER_MINUTE),
    )


def _trap_users(settings: Mapping[str, str]) -> Iterator[TrapUser]:
    name = settings.get("user", "")
    if name:
        auth, privacy = settings.get("auth_protocol", ""), settings.get("privacy_protocol", "")
        yield TrapUser(
            name=name,
            auth=AuthProtocol(auth) if auth else None,
            auth_password=settings.get("auth_password", ""),
            privacy=PrivacyProtocol(privacy) if privacy else None,
            privacy_password=settings.get("privacy_password", ""),
        )


def _words(text: str) -> Iterator[str]:
    return filter(None, re.split(r"[\s,]+", text))


def _row(viewer: Viewer, row: Mapping[str, Any], reads: tuple[ReadHealth, ...]) -> SourceRow:
    manifest = manifests(CONNECTORS).get(row["connector"])
    every_s = manifest.every_s if manifest else {}
    timed = tuple(replace(each, every_s=every_s.get(each.read)) for each in reads)
    found = store.build_source_row(row, timed)
    if may(viewer, Permission.SEE_SOURCES):
        return found
    return replace(found, settings={}, secrets_set=())


def check_connector(slug: str) -> Manifest:
    """Return the manifest of a connector that a person may add a source of; raises Invalid."""
    manifest = manifests(CONNECTORS).get(slug)
    if manifest is None or manifest.is_internal:
        raise Invalid("connector", "there is no such connector")
    return manifest
