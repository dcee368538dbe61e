from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_NOTHING = models.Value({}, output_field=models.JSONField())


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
        ("alarms", "0012_post_move_dead_letters"),
        ("people", "0003_pre_add_contacts"),
        ("runs", "0003_pre_index_cloud_orders"),
        ("scripts", "0001_create_scripts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Remedy",
            fields=[
                ("id", _id()),
                ("name", models.TextField()),
                ("condition", models.TextField()),
                ("values", models.JSONField(db_default=_NOTHING)),
                ("mode", models.TextField()),
                ("per_hour", models.IntegerField()),
                ("cool_down_s", models.IntegerField()),
                ("breaker_after", models.IntegerField()),
                ("verify_s", models.IntegerField()),
                ("wait_s", models.IntegerField()),
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
            name="Attempt",
            fields=[
                ("id", _id()),
                ("occurrence", models.BigIntegerField()),
                ("managed_object", models.TextField()),
                ("state", models.TextField(db_default="intended")),
                ("reason", models.TextField(db_default="")),
                ("is_automatic", models.BooleanField()),
                ("by", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("verify_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("alarm", _key("alarms.alarm", rule=_CASCADE)),
                ("remedy", _key("remedies.remedy", rule=_CASCADE)),
                ("run", _key("runs.run", null=True, rule=django.db.models.deletion.SET_NULL)),
            ],
        ),
        migrations.AddConstraint(
            model_name="remedy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("tenant", "name"),
                name="remedy_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_automatic", True)),
                fields=("remedy", "occurrence"),
                name="remedy_once_by_itself",
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["remedy", "-started_at"], name="remedy_attempt_recent"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["alarm"], name="remedy_attempt_alarm"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("state__in", ("intended", "running", "verifying"))),
                fields=["id"],
                name="remedy_attempt_open",
            ),
        ),
    ]
