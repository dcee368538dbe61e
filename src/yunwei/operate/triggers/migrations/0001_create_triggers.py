from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_NOTHING = models.Value({}, output_field=models.JSONField())
_OPEN = ("waiting", "starting", "running")


def _key(to: str, *, null: bool = False, rule: Any = None) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        db_index=False,
        null=null,
        on_delete=rule or django.db.models.deletion.PROTECT,
        related_name="+",
        to=to,
    )


def _id() -> "models.BigAutoField[Any, Any]":
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


_CASCADE = django.db.models.deletion.CASCADE


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0002_pre_add_untold_agents"),
        ("inventory", "0007_pre_add_untold_changes"),
        ("people", "0003_pre_add_contacts"),
        ("runs", "0005_pre_add_ssh_tasks"),
        ("scripts", "0001_create_scripts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trigger",
            fields=[
                ("id", _id()),
                ("name", models.TextField()),
                ("occasion", models.TextField()),
                ("condition", models.TextField(db_default="")),
                ("values", models.JSONField(db_default=_NOTHING)),
                ("off_s", models.IntegerField()),
                ("wait_s", models.IntegerField()),
                ("within_s", models.IntegerField()),
                ("per_hour", models.IntegerField()),
                ("cool_down_s", models.IntegerField()),
                ("breaker_after", models.IntegerField()),
                ("is_enabled", models.BooleanField()),
                ("acts_for", models.TextField()),
                ("misses", models.IntegerField(db_default=0)),
                ("broken_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("script", _key("scripts.script")),
                ("tenant", _key("people.tenant")),
            ],
        ),
        migrations.CreateModel(
            name="Firing",
            fields=[
                ("id", _id()),
                ("desktop_name", models.TextField()),
                ("before", models.TextField(db_default="")),
                ("after", models.TextField(db_default="")),
                ("happened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("until_at", models.DateTimeField()),
                ("state", models.TextField(db_default="waiting")),
                ("reason", models.TextField(db_default="")),
                ("batch", models.BigIntegerField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("desktop", _key("inventory.desktop", rule=_CASCADE)),
                ("run", _key("runs.run", null=True, rule=django.db.models.deletion.SET_NULL)),
                ("trigger", _key("triggers.trigger", rule=_CASCADE)),
            ],
        ),
        migrations.AddConstraint(
            model_name="trigger",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("tenant", "name"),
                name="trigger_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="firing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", _OPEN)),
                fields=("trigger", "desktop"),
                name="trigger_firing_open_once",
            ),
        ),
        migrations.AddIndex(
            model_name="firing",
            index=models.Index(fields=["trigger", "-happened_at"], name="trigger_firing_recent"),
        ),
        migrations.AddIndex(
            model_name="firing",
            index=models.Index(
                condition=models.Q(("started_at__isnull", False)),
                fields=["trigger", "started_at"],
                name="trigger_firing_started",
            ),
        ),
        migrations.AddIndex(
            model_name="firing",
            index=models.Index(
                condition=models.Q(("state__in", _OPEN)),
                fields=["trigger", "due_at"],
                name="trigger_firing_due",
            ),
        ),
        migrations.AddIndex(
            model_name="firing",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)),
                fields=["ended_at"],
                name="trigger_firing_ended",
            ),
        ),
    ]
