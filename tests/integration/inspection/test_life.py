"""The life of an inspection: asked for, made, answered, sealed; tickets, templates, schedules."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.alarms import Installation, at
from tests.support.service import agreed_contract
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.inspection.actions import inspections as actions
from yunwei.operate.inspection.actions import plans as plan_actions
from yunwei.operate.inspection.facts.inspections import (
    InspectionState,
    Level,
    Rhythm,
    ScheduleDraft,
    WholeInspection,
)
from yunwei.operate.inspection.jobs.making import system_ask_due, system_make_next
from yunwei.operate.inspection.queries import inspections as queries
from yunwei.operate.inspection.queries import plans
from yunwei.operate.inspection.queries.paper import render_inspection
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.queries.tickets import access_ticket

NOW = at(0)
ZONE = "Asia/Shanghai"
OWN = """
title = { zh = "机房巡检", en = "Machine room" }
[[item]]
name = "room"
title = { zh = "机房", en = "Room" }
how = { zh = "温度", en = "Temperature" }
gravity = "major"
"""


def made(here: Installation, template: int | None = None) -> WholeInspection:
    asked = actions.ask_inspection(here.viewer, here.tenant, template, now=NOW)
    assert system_make_next(FakeClock(NOW), time_zone=ZONE)
    return queries.access_inspection(here.viewer, asked)


def own(here: Installation) -> WholeInspection:
    template = plan_actions.add_template(here.viewer, here.tenant, OWN, now=NOW)
    return made(here, template)


def test_of_an_installation_that_reads_nothing_nothing_is_called_well(
    installation: Installation,
) -> None:
    whole = made(installation)
    assert whole.content is not None
    assert whole.row.state is InspectionState.MEASURED
    well = [each.check.name for each in whole.content.results if each.level is Level.PASSED]
    assert set(well) <= {"gateway_trouble", "unattended_alarms", "old_alarms", "dead_letters"}
    assert whole.row.unmeasured > 20


def test_it_is_sealed_when_every_item_has_an_answer_and_then_nothing_changes(
    installation: Installation,
) -> None:
    viewer, whole = installation.viewer, own(installation)
    id = whole.row.id
    with pytest.raises(Conflict, match="answer every item"):
        actions.seal_inspection(viewer, id, now=NOW)
    with pytest.raises(Invalid, match="say what is wrong") as refused:
        actions.answer_items(viewer, id, {"room": ("failed", " ")}, now=NOW)
    assert refused.value.field == "room.note"
    with pytest.raises(Invalid, match="there is no such item"):
        actions.answer_items(viewer, id, {"roof": ("passed", "")}, now=NOW)
    actions.answer_items(viewer, id, {"room": ("failed", "31 °C")}, now=NOW)
    assert queries.find_inspection(viewer, id).score == 0
    actions.answer_items(viewer, id, {"room": ("passed", "24 °C")}, now=NOW)
    actions.seal_inspection(viewer, id, now=NOW)
    sealed = queries.access_inspection(viewer, id)
    assert (sealed.row.state, sealed.row.score, sealed.row.sealed_by) == (
        InspectionState.SEALED,
        100,
        "olga",
    )
    assert sealed.is_intact
    with pytest.raises(Conflict, match="sealed already"):
        actions.answer_items(viewer, id, {"room": ("failed", "x")}, now=NOW)
    with pytest.raises(Conflict, match="sealed already"):
        actions.seal_inspection(viewer, id, now=NOW)
    with pytest.raises(Conflict, match="stays"):
        actions.remove_inspection(viewer, id)


@pytest.mark.parametrize(
    "change",
    [
        "content = set_byte(content, 40, get_byte(content, 40) # 1)",
        "answers = jsonb_set(answers, '{room,note}', '\"24.5\"')",
        "sealed_by = 'somebody'",
        "sealed_at = sealed_at + interval '1 second'",
        "seal = repeat('0', 64)",
    ],
)
def test_whatever_is_changed_behind_a_seal_is_seen(installation: Installation, change: str) -> None:
    viewer, id = installation.viewer, own(installation).row.id
    actions.answer_items(viewer, id, {"room": ("passed", "24")}, now=NOW)
    actions.seal_inspection(viewer, id, now=NOW)
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(f"UPDATE inspection_inspection SET {change} WHERE id = %s", [id])  # type: ignore[arg-type] # noqa: S608
    assert not queries.is_kept_as_sealed(viewer, id)


def test_the_same_inspection_gives_the_same_bytes_as_pdf_and_opens_as_word(
    installation: Installation, tmp_path: Path
) -> None:
    whole = made(installation)
    first = render_inspection(whole, "pdf", language="zh-hans", time_zone=ZONE)
    again = render_inspection(whole, "pdf", language="zh-hans", time_zone=ZONE)
    assert first == again
    assert first[1].startswith(b"%PDF-")
    assert render_inspection(whole, "docx", language="en", time_zone=ZONE)[1][:2] == b"PK"


def test_a_finding_becomes_a_ticket_once(installation: Installation) -> None:
    viewer, whole = installation.viewer, own(installation)
    id = whole.row.id
    actions.answer_items(viewer, id, {"room": ("failed", "31 °C")}, now=NOW)
    about = ("room", "")
    with pytest.raises(Conflict, match="no contract with inspections"):
        actions.make_ticket(viewer, id, about, now=NOW)
    agreed_contract(viewer, installation.tenant, now=NOW)
    with pytest.raises(Invalid, match="there is no such finding"):
        actions.make_ticket(viewer, id, ("room", "x"), now=NOW)
    ticket = actions.make_ticket(viewer, id, about, now=NOW)
    with pytest.raises(Conflict, match="there is a ticket about it"):
        actions.make_ticket(viewer, id, about, now=NOW + timedelta(hours=1))
    known = access_ticket(viewer, ticket, now=NOW).ticket
    assert (known.type, known.title) == (ServiceType.INSPECTION, "机房")
    assert "31 °C" in known.description
    linked = queries.access_inspection(viewer, id).follow_ups[about]
    assert (linked.ticket, linked.by) == (ticket, "olga")
    with pytest.raises(Conflict, match="tickets were made of it"):
        actions.remove_inspection(viewer, id)


def test_a_schedule_asks_once_for_each_time_and_does_not_inspect_the_past(
    installation: Installation,
) -> None:
    viewer = installation.viewer
    draft = ScheduleDraft(
        tenant=installation.tenant,
        template=None,
        rhythm=Rhythm.DAY,
        first_day=date(2026, 11, 1),
        minute=7 * 60,
        time_zone=ZONE,
    )
    id = plan_actions.add_schedule(viewer, draft, now=NOW)
    assert system_ask_due(FakeClock(NOW)) == 0
    # five days nobody looked: one inspection, of now
    later = FakeClock(NOW + timedelta(days=5))
    assert [system_ask_due(later), system_ask_due(later)] == [1, 0]
    asked = queries.fetch_inspections(viewer, {"schedule": id}).items
    assert [each.state for each in asked] == [InspectionState.QUEUED]
    plan_actions.remove_schedule(viewer, id, now=NOW)
    assert system_ask_due(FakeClock(NOW + timedelta(days=9))) == 0


def test_a_template_is_changed_by_one_at_a_time_and_old_inspections_keep_theirs(
    installation: Installation,
) -> None:
    viewer = installation.viewer
    id = plan_actions.add_template(viewer, installation.tenant, OWN, now=NOW)
    first = made(installation, id)
    changed = OWN.replace("Temperature", "Temperature and noise")
    plan_actions.change_template(viewer, id, changed, version=1, now=NOW)
    with pytest.raises(Conflict, match="in the meantime"):
        plan_actions.change_template(viewer, id, OWN, version=1, now=NOW)
    second = made(installation, id)
    assert first.content is not None
    assert second.content is not None
    assert first.content.items[0].how.en == "Temperature"
    assert second.content.items[0].how.en == "Temperature and noise"
    assert second.row.before == first.row.id
    plan_actions.remove_template(viewer, id, now=NOW)
    with pytest.raises(Invalid):
        actions.ask_inspection(viewer, installation.tenant, id, now=NOW)
    assert plans.fetch_templates(viewer).total == 0
