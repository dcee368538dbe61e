"""The tables are as declared: in the models, in the migrations; the log has words for all."""

import ast
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection

import yunwei
from tests.support.postgres import make_migrated, url_of
from yunwei.base.infra.engines.postgres import program_path
from yunwei.base.people.actions.tenants import bootstrap
from yunwei.faces.web.audit_words import GROUPS, KINDS, VERBS

SOURCE = Path(yunwei.__file__).parent
OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("yunwei.")]


@pytest.mark.django_db
@pytest.mark.parametrize("label", OURS)
def test_no_migration_is_missing(label: str) -> None:
    call_command("makemigrations", label, check=True, dry_run=True, verbosity=0)


_DJANGO_S_OWN_WAY = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", verbosity=0, interactive=False)
"""


@pytest.mark.timeout(600)
def test_the_tables_are_those_that_django_s_own_way_makes(migrated_template: str) -> None:
    make_migrated("slowly_migrated", _DJANGO_S_OWN_WAY)
    assert dump_of(migrated_template) == dump_of("slowly_migrated")


def dump_of(database: str) -> list[str]:
    """Return what pg_dump says of a database without its rows, comments and keys of the dump."""
    words = [str(program_path("pg_dump")), "--schema-only", url_of(database)]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    lines = [each for each in told.splitlines() if not each.startswith(("--", "\\"))]
    assert len(lines) > 1000
    return lines


@pytest.mark.django_db
def test_there_is_one_provider() -> None:
    bootstrap()
    with (
        pytest.raises(IntegrityError, match="one_provider"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO people_tenant (slug, name, is_provider) VALUES ('second', 'x', TRUE)"
        )


def recorded_verbs() -> set[str]:
    """Every verb that some action writes into the audit log."""
    parts = {group.removesuffix(".") for group in GROUPS} - {"lists"}
    files = [*SOURCE.glob("*/*/*actions.py"), *SOURCE.glob("*/*/actions/*.py")]
    files.append(SOURCE / "faces/web/sign_in.py")
    return {
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.partition(".")[0] in parts
        and node.value.partition(".")[2].replace("_", "").isalpha()
    }


def test_the_audit_log_has_words_for_every_verb() -> None:
    assert recorded_verbs() - VERBS.keys() == set()
    assert VERBS.keys() - recorded_verbs() == set()


def test_the_audit_log_has_words_for_every_kind_of_thing() -> None:
    found = {
        keyword.value.value
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"
        for keyword in node.keywords
        if keyword.arg == "object_kind" and isinstance(keyword.value, ast.Constant)
    }
    assert found <= KINDS.keys()
