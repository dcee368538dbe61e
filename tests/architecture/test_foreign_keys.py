"""Foreign keys go down the story and leave no door open upwards; imports are import-linter's.

A table of a part below may not know one of a part above, neither by a key of its own nor by the
attribute that Django would hang onto it for a key that points at it.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]


def layers_of(container: str) -> list[str]:
    """The parts of a folder from low to high, as the contracts name them."""
    (contract,) = [c for c in CONTRACTS if c.get("containers") == [container]]
    return list(reversed(contract["layers"]))


STORY = [
    "people",
    "calendar",
    "named_sets",
    "saved_views",
    *layers_of("yunwei.monitor"),
    *layers_of("yunwei.operate"),
]

type Relation = models.ForeignKey[object, object] | models.ManyToManyField[object, object]


def our_models() -> list[type[models.Model]]:
    django.setup()
    return [model for model in apps.get_models() if model.__module__.startswith("yunwei.")]


def relation_fields() -> list[Relation]:
    """Every foreign key and many-to-many field that we have declared ourselves."""
    return [
        field
        for model in our_models()
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and field.related_model.__module__.startswith("yunwei.")
    ]


def complaint(field: Relation) -> str | None:
    here, there = field.model._meta.app_label, field.related_model._meta.app_label
    if STORY.index(there) > STORY.index(here):
        return f"{field} points up: a fact announced on the bus reaches {there}, a key must not"
    if here != there and not field.remote_field.hidden:
        return f"{field} opens a door from {there} to {here}: write related_name='+'"
    return None


def test_every_table_belongs_to_a_part_of_the_story() -> None:
    labels = {model._meta.app_label for model in our_models()}
    assert labels
    assert labels <= set(STORY)


@pytest.mark.parametrize("field", relation_fields(), ids=str)
def test_keys_point_down(field: Relation) -> None:
    assert complaint(field) is None


TOY = """
import django
from django.conf import settings
from django.db import models
settings.configure(INSTALLED_APPS=[], DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()
from tests.architecture.test_foreign_keys import complaint

def table(name, label, **fields):
    meta = type("Meta", (), {"app_label": label})
    return type(name, (models.Model,), {"Meta": meta, "__module__": "toy", **fields})

def key(to, **options):
    return models.ForeignKey(to, on_delete=models.CASCADE, **options)

Person = table("Person", "people", phone=models.TextField())
Alarm = table("Alarm", "alarms", owner=key(Person, related_name="+"), parent=key("self"))
Route = table("Route", "notify", alarm=key(Alarm))
people = models.ManyToManyField(Person)
Source = table("Source", "collect", alarm=key(Alarm, related_name="+"), people=people)
for model in (Alarm, Route, Source):
    fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    for field in fields:
        if field.is_relation and (told := complaint(field)):
            print(told)
"""


def test_upward_key_and_open_door_are_seen() -> None:
    """The rule is tried on toy tables, in a process of its own: Django has one registry each."""
    done = subprocess.run(
        [sys.executable, "-c", TOY],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = {line.split(" ")[0]: line.split(" ")[1] for line in done.stdout.splitlines()}
    assert told == {
        "notify.Route.alarm": "opens",
        "collect.Source.alarm": "points",
        "collect.Source.people": "opens",
    }
