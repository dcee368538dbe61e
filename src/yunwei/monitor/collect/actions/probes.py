"""Tries of sources: does it answer, and what would become of what came. Nothing is kept."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from asgiref.sync import sync_to_async

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.errors import Invalid, Misconfigured, Refused, SourceError
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.actions.sources import check_form, lock_source, tell_source
from yunwei.monitor.collect.asking import pass_probe
from yunwei.monitor.collect.facts import (
    Outcome,
    SourceAnswer,
    SourceDraft,
    SourceState,
)
from yunwei.monitor.collect.health import classify_error
from yunwei.monitor.collect.outcomes import build_outcome
from yunwei.monitor.collect.queries import sources as queries
from yunwei.monitor.collect.queries.heard import fetch_samples
from yunwei.monitor.collect.store import sources as store
from yunwei.plugins.sdk.contract import BadPart, Payload, PayloadConnector, SourceContext
from yunwei.plugins.sdk.manifest import CONNECTORS, Manifest, load

PROBE_TIMEOUT_S = 30.0
_PREVIEWED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What would become of one payload. received_at: None of one that was typed."""

    received_at: datetime | None
    body: bytes
    outcome: Outcome


async def probe_source(viewer: Viewer, source: SourceId) -> SourceAnswer:
    """Ask a source, with its stored settings, whether it can be read; at most 30 s. Raises Refused;
    Conflict where the customer does not allow it."""
    return await _probe(*await sync_to_async(_prepare_stored)(viewer, source))


async def probe_draft(
    viewer: Viewer, draft: SourceDraft, *, source: SourceId | None = None
) -> SourceAnswer:
    """Ask a source as it is being typed. source: whose stored secrets stand for empty ones.

    Raises Invalid naming the field when the settings are not even complete; Conflict where the
    customer does not allow it.
    """
    return await _probe(*await sync_to_async(_prepare_draft)(viewer, draft, source))


def _prepare_stored(viewer: Viewer, source: SourceId) -> tuple[Manifest, SourceContext]:
    with transaction() as conn:
        row = lock_source(conn, viewer, source)
        manifest = queries.check_connector(row["connector"])
        config = store.build_config(row)
        tell_source(
            conn,
            viewer,
            "collect.probe_source",
            source=source,
            tenant=row["tenant"],
            name=row["name"],
        )
    pass_probe(viewer, config.tenant, row["name"], SystemClock().now())
    return manifest, _context(config.tenant, source, config.settings)


def _prepare_draft(
    viewer: Viewer, draft: SourceDraft, source: SourceId | None
) -> tuple[Manifest, SourceContext]:
    require(viewer, Permission.MANAGE_SOURCES, draft.tenant)
    manifest = queries.check_connector(draft.connector)
    held: dict[str, str] = {}
    if source is not None:
        with transaction() as conn:
            row = lock_source(conn, viewer, source)
            if row["connector"] != draft.connector or row["tenant"] != draft.tenant:
                raise Refused()
            held = store.open_secrets(row)
    typed = check_form(manifest, draft.settings, held)
    pass_probe(viewer, draft.tenant, draft.name, SystemClock().now())
    return manifest, _context(draft.tenant, source or SourceId(0), held | typed)


def _context(tenant: TenantId, source: SourceId, settings: Mapping[str, str]) -> SourceContext:
    return SourceContext(
        tenant=tenant, source=source, settings=settings, clock=SystemClock(), timeout_s=10.0
    )


async def _probe(manifest: Manifest, context: SourceContext) -> SourceAnswer:
    try:
        connector = load(CONNECTORS, manifest.slug)(context)
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                found = await connector.probe()
        finally:
            await connector.close()
    except TimeoutError:
        text = f"no answer within {PROBE_TIMEOUT_S:.0f} s"
        return SourceAnswer(state=SourceState.UNREACHABLE, text=text)
    except SourceError as error:
        return SourceAnswer(state=classify_error(error), text=error.message)
    except (Invalid, Misconfigured) as error:
        return SourceAnswer(state=SourceState.REFUSED, text=error.message)
    return SourceAnswer(
        state=SourceState.OK, text="", facts=dict(found.facts), warnings=found.warnings
    )


def preview_payloads(
    viewer: Viewer, draft: SourceDraft, *, source: SourceId | None = None, typed: str = ""
) -> tuple[Previewed, ...]:
    """Return what the last payloads of a source would become by a form that is being typed.

    typed: a payload to try instead. Raises Invalid naming the field when the form is wrong.
    """
    manifest, context = _prepare_draft(viewer, draft, source)
    connector: PayloadConnector = load(CONNECTORS, manifest.slug)(context)
    if not hasattr(connector, "parse_payload"):
        raise Refused()
    now = context.clock.now()
    if typed.strip():
        body = typed.encode()
        return (Previewed(received_at=None, body=body, outcome=_try(connector, body, now)),)
    samples = fetch_samples(viewer, source, limit=_PREVIEWED) if source is not None else ()
    return tuple(
        Previewed(
            received_at=each.received_at,
            body=each.data,
            outcome=_try(connector, each.data, each.received_at),
        )
        for each in samples
    )


def _try(connector: PayloadConnector, body: bytes, at: datetime) -> Outcome:
    parts, error = attempt(
        lambda: connector.parse_payload(Payload(body=body), native_id="preview", received_at=at)
    )
    if error is not None:
        return Outcome(errors=(str(error),))
    found = parts or ()
    return build_outcome(
        [part for part in found if isinstance(part, RawAlarm)],
        [part.why for part in found if isinstance(part, BadPart)],
    )
