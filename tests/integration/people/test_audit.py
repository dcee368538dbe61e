"""The audit log: every change leaves a line, no line is ever changed, no secret is in one."""

from typing import Any

import psycopg
import pytest

from tests.support.people import PASSWORD, Standing, make_people
from yunwei.base.core.errors import Refused
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people import queries
from yunwei.base.people.actions import audit, tenants, tokens, users
from yunwei.base.people.facts import SYSTEM, AuditEntry, PersonChange, Role, TenantChange, Viewer

FIRST = PageRequest(limit=100)


@pytest.fixture
def people(db: None) -> Standing:
    return make_people()


def lines(viewer: Viewer, **filters: Any) -> list[AuditEntry]:
    return list(queries.fetch_audit(viewer, filters, FIRST).items)


def test_a_change_tells_who_what_and_from_what_to_what(people: Standing) -> None:
    kai = people["kai"].user_id or 0
    users.change_user(people["root"], kai, PersonChange(role=Role.AUDITOR, phone="123"))
    line = lines(people["root"], verb="people.change_user")[0]
    assert (line.user_name, line.address, line.tenant) == ("root", "192.0.2.1", people.a.id)
    assert (line.object_kind, line.object_id, line.object_name) == ("user", str(kai), "kai")
    assert line.before == {"role": "customer_contact", "phone": ""}
    assert line.after == {"role": "auditor", "phone": "123"}


def test_every_act_leaves_its_line(people: Standing) -> None:
    root, kai = people["root"], people["kai"].user_id or 0
    made, _text = tokens.create_token(root, name="script")
    tokens.revoke_token(root, made.id)
    users.set_password(root, kai, f"{PASSWORD}!")
    users.reset_second_factor(root, kai)
    users.change_user(root, kai, PersonChange(is_active=False))
    tenants.change_tenant(root, people.b.id, TenantChange(name="B!"))
    assert [line.verb for line in reversed(lines(root, user=root.user_id))] == [
        "people.create_token",
        "people.revoke_token",
        "people.set_password",
        "people.reset_second_factor",
        "people.deactivate_user",
        "people.change_tenant",
    ]


def test_what_changes_nothing_leaves_no_line(people: Standing) -> None:
    before = lines(people["root"])
    users.change_user(people["root"], people["kai"].user_id or 0, PersonChange(display_name="Kai"))
    assert lines(people["root"]) == before


def test_a_failed_change_leaves_no_line(people: Standing) -> None:
    before = lines(people["root"])
    with pytest.raises(RuntimeError):
        fail_after_a_line(people["root"])
    assert lines(people["root"]) == before


def fail_after_a_line(viewer: Viewer) -> None:
    with transaction() as conn:
        audit.record(conn, viewer, "test.act")
        raise RuntimeError("the change fails after its line was written")


def test_secrets_are_kept_out_at_any_depth(people: Standing) -> None:
    fields = {
        "name": "x",
        "password": "hunter2",
        "settings": {"api_token": "hunter2", "list": [{"secret_key": "hunter2"}], "port": 1},
        "empty_secret": "",
    }
    audit.record(None, people["root"], "test.act", after=fields, before={"credentials": "hunter2"})
    line = lines(people["root"], verb="test.act")[0]
    assert "hunter2" not in repr(line)
    assert line.after["settings"]["port"] == 1
    assert line.after["password"] == audit.HIDDEN
    assert line.after["empty_secret"] == ""


def test_texts_that_postgres_can_not_keep_are_made_keepable(people: Standing) -> None:
    audit.record(None, people["root"], "test.act", after={"text": "a\0b"})
    assert lines(people["root"], verb="test.act")[0].after == {
        "text": "a\N{REPLACEMENT CHARACTER}b"
    }


def test_who_may_see_which_lines(people: Standing) -> None:
    audit.record(None, people["chen"], "test.act")
    audit.record(None, people["kai"], "test.act")
    audit.record(None, SYSTEM, "test.act")
    seen = lines(people["audrey"], verb="test.")
    assert [line.user_name for line in seen] == ["system", "kai", "chen"]
    assert [line.user_name for line in lines(people["audrey"], tenant=people.b.id)][:1] == ["chen"]
    with pytest.raises(Refused):
        lines(people["olga"])


def test_an_auditor_of_a_customer_sees_that_customer_only(people: Standing) -> None:
    users.change_user(people["root"], people["kai"].user_id or 0, PersonChange(role=Role.AUDITOR))
    auditor = queries.viewer_by_name("kai")
    audit.record(None, people["chen"], "test.act")
    audit.record(None, SYSTEM, "test.act")
    assert lines(auditor, verb="test.") == []
    theirs = lines(people["root"], verb="test.")[0]
    with pytest.raises(Refused):
        queries.access_audit_entry(auditor, theirs.id)


@pytest.mark.parametrize(
    "statement",
    [
        b"UPDATE people_auditentry SET user_name = 'somebody else'",
        b"DELETE FROM people_auditentry",
        b"TRUNCATE people_auditentry",
        b"TRUNCATE people_tenant CASCADE",
    ],
)
def test_the_database_refuses_to_change_the_log(database_pool: str, statement: bytes) -> None:
    audit.record(None, SYSTEM, "test.act")
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
        transaction() as conn,
    ):
        cursor(conn).execute(statement)
    with transaction() as conn:
        kept = cursor(conn).execute(b"SELECT verb FROM people_auditentry").fetchall()
    assert kept == [{"verb": "test.act"}]


def test_engine_processes_write_it_without_django(database_pool: str) -> None:
    provider = tenants.bootstrap()
    with transaction() as conn:
        audit.record(conn, SYSTEM, "jobs.act", tenant=provider.id, object_id=7)
    line = lines(SYSTEM, verb="jobs.")[0]
    assert (line.object_id, line.user_id, line.user_name) == ("7", None, "system")
