"""Questions about decisions that others may ask, and what the pipeline is built from."""

from yunwei.base.calendar import queries as calendar_queries
from yunwei.base.core.ids import AlarmId, TenantId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.named_sets import queries as set_queries
from yunwei.base.people.facts import Viewer
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.governance.facts.decisions import JudgementRow, Snapshot
from yunwei.monitor.governance.rules.named_sets import look_at_noise, settle_masks
from yunwei.monitor.governance.store import judgements, mask_rules, noise_rules


def explain_alarm(viewer: Viewer, alarm: AlarmId, *, limit: int = 50) -> tuple[JudgementRow, ...]:
    """Return every judgement about an alarm, newest first: why it was told, or was not."""
    access_alarm(viewer, alarm)
    with transaction() as conn:
        return judgements.judgements_of_alarm(conn, alarm, limit)


def system_snapshot(conn: Connection) -> Snapshot:
    """Return all that the pipeline needs to know, of all tenants."""
    sets = set_queries.system_book(conn)
    stored, damaged_masks = mask_rules.read_mask_rules(conn)
    masks = settle_masks(stored, sets)
    noise, damaged_noise = noise_rules.read_noise_rules(conn)
    lacking_noise, noise_marks = look_at_noise(noise, sets)
    return Snapshot(
        mask_rules=masks.rules,
        source_names=judgements.source_names(conn),
        noise_rules=noise,
        damaged=(*damaged_masks, *damaged_noise, *masks.damaged, *lacking_noise),
        provider=noise_rules.fetch_provider(conn) or TenantId(0),
        calendars=calendar_queries.system_calendars(conn),
        sets=sets,
        mask_marks=masks.marks,
        noise_marks=noise_marks,
    )


def system_source_names(conn: Connection) -> dict[int, str]:
    """Return the names of all sources."""
    return judgements.source_names(conn)


def system_signature(conn: Connection) -> object:
    """Return something that differs whenever rules, sets or calendars differ. Cost: four small
    statements."""
    return (
        mask_rules.fetch_signature(conn),
        noise_rules.fetch_signature(conn),
        calendar_queries.system_signature(conn),
        set_queries.system_signature(conn),
    )
