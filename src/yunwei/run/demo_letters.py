"""A dead letter for the demo: a post of a misconfigured system, read by the real connector."""

import json

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Viewer
from yunwei.monitor.collect.actions import dead_letters
from yunwei.monitor.collect.facts import LetterKind, NewLetter
from yunwei.monitor.collect.queries import sources
from yunwei.plugins.sdk.contract import BadPart, Payload, SourceContext
from yunwei.plugins.sdk.manifest import CONNECTORS, load

_ADDRESS = "192.0.2.31"
_POSTED = {
    "version": "4",
    "status": "firing",
    "alerts": [
        {
            "status": "pending",
            "labels": {"alertname": "DiskWillFill", "host": "fs-02", "severity": "warning"},
            "annotations": {"summary": "fs-02: /home is full in 4 hours"},
            "startsAt": "2026-11-20T09:30:00Z",
        }
    ],
}


def bury_demo_letter(admin: Viewer, customer: TenantId, name: str, clock: Clock) -> None:
    """Bury what the source of that name can not read of such a post, once."""
    row = next((each for each in sources.fetch_sources(admin).items if each.name == name), None)
    if row is None:
        return
    config, now = sources.system_source(row.id), clock.now()
    context = SourceContext(
        tenant=config.tenant, source=config.id, settings=config.settings, clock=clock
    )
    payload = Payload(body=json.dumps(_POSTED).encode(), address=_ADDRESS)
    parts = load(CONNECTORS, config.connector)(context).parse_payload(
        payload, native_id="demo", received_at=now
    )
    letters = [
        NewLetter(
            intake_id=f"demo:{config.id}:{position}",
            tenant=config.tenant,
            source=config.id,
            received_at=now,
            address=_ADDRESS,
            kind=LetterKind.PAYLOAD,
            error=part.why,
            data=part.data,
        )
        for position, part in enumerate(parts)
        if isinstance(part, BadPart)
    ]
    with transaction() as conn:
        dead_letters.keep_letters(conn, letters, fallback=customer)
