import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("collect", "0001_create_sources"),
        ("people", "0002_add_audit_guard"),
    ]

    operations = [
        migrations.CreateModel(
            name="ThresholdRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.IntegerField(db_default=1)),
                ("name", models.TextField()),
                ("content", models.JSONField()),
                ("is_enabled", models.BooleanField(db_default=True)),
                ("changed_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("evaluated_until", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
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
                    models.Index(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=["tenant"],
                        name="threshold_of_tenant",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_id", models.TextField()),
                ("version", models.IntegerField()),
                ("managed_object", models.TextField()),
                ("name", models.TextField()),
                ("standing", models.JSONField()),
                ("state", models.TextField()),
                ("severity", models.TextField(db_default="")),
                ("value", models.FloatField(null=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="thresholds.thresholdrule",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collect.source",
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
                "indexes": [models.Index(fields=["tenant", "rule"], name="standing_of_tenant")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "source", "object_id"), name="standing_identity"
                    )
                ],
            },
        ),
    ]
