"""Makes a diagnosis and keeps it, so that it can be shown to a customer as it was."""

from datetime import datetime

from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.diagnosis import store
from yunwei.operate.diagnosis.facts.evidence import SubjectKind
from yunwei.operate.diagnosis.queries.gathering import gather
from yunwei.operate.diagnosis.rules.registry import all_checks
from yunwei.operate.diagnosis.rules.scoring import diagnose


def make_diagnosis(
    viewer: Viewer,
    kind: SubjectKind,
    id: int,
    *,
    now: datetime,
    by: str = "",
    clock: Clock | None = None,
) -> int:
    """Diagnose a desktop, desktop user, pool or alarm as it is now; return the diagnosis.

    by: who asked, when the viewer only lends the sight. Raises Refused.
    """
    require(viewer, Permission.SEE_MONITORING)
    watch = clock or SystemClock()
    began_s = watch.monotonic_s()
    found = gather(viewer, kind, id, now=now)
    verdict = diagnose(found.evidence, all_checks())
    took_s = watch.monotonic_s() - began_s
    with transaction() as conn:
        made = store.add_diagnosis(
            conn, verdict, tenant=found.tenant, by=by or viewer.name, now=now, took_s=took_s
        )
        record(
            conn,
            viewer,
            "diagnosis.make",
            object_kind="diagnosis",
            object_id=made,
            object_name=verdict.subject.name,
            tenant=found.tenant,
        )
    return made
