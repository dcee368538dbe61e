from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def _key(to: str, *, null: bool = False, rule: Any = None) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        db_index=False,
        null=null,
        on_delete=rule or django.db.models.deletion.PROTECT,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("collect", "0006_pre_add_reconciliation"),
        ("runs", "0001_create_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="CloudOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("batch", models.IntegerField()),
                ("canary", models.IntegerField(db_default=0)),
                ("fail_threshold", models.IntegerField(db_default=0)),
                ("state", models.TextField(db_default="intended")),
                ("native_id", models.TextField(db_default="")),
                ("reason", models.TextField(db_default="")),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("tries", models.IntegerField(db_default=0)),
                ("asked_at", models.DateTimeField(null=True)),
                ("given_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("is_stop_wanted", models.BooleanField(db_default=False)),
                ("is_stopped", models.BooleanField(db_default=False)),
                ("run", _key("runs.run", rule=django.db.models.deletion.CASCADE)),
                ("source", _key("collect.source")),
            ],
        ),
        migrations.AddIndex(
            model_name="cloudorder",
            index=models.Index(fields=["run"], name="cloud_order_run"),
        ),
        migrations.AddIndex(
            model_name="cloudorder",
            index=models.Index(
                condition=models.Q(("state", "over"), _negated=True),
                fields=["due_at"],
                name="cloud_order_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="cloudorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("native_id", ""), _negated=True),
                fields=("source", "native_id"),
                name="cloud_order_native",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="cloud_order",
            field=_key("runs.cloudorder", null=True, rule=django.db.models.deletion.SET_NULL),
        ),
        migrations.AddField(
            model_name="target", name="record", field=models.TextField(db_default="")
        ),
        migrations.CreateModel(
            name="CloudOutput",
            fields=[
                (
                    "target",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="runs.target",
                    ),
                ),
                ("data", models.BinaryField()),
            ],
        ),
    ]
