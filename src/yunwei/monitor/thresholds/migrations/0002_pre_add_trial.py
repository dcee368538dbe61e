"""Trials of threshold rules run in the background, and are kept for a while."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_add_audit_guard"),
        ("thresholds", "0001_create_thresholds"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", models.JSONField()),
                ("days", models.IntegerField()),
                ("state", models.TextField()),
                ("progress", models.FloatField(db_default=0.0)),
                ("by", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("error", models.TextField(db_default="")),
                (
                    "trial",
                    models.JSONField(
                        db_default=models.Value(None, output_field=models.JSONField()), null=True
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="thresholds.thresholdrule",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["rule", "-started_at"], name="trial_of_rule"),
                    models.Index(fields=["tenant", "-started_at"], name="trial_recent"),
                ],
            },
        ),
    ]
