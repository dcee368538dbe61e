import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0003_pre_add_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportSchedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("definition", models.TextField()),
                ("language", models.TextField()),
                ("period", models.TextField()),
                ("after_minutes", models.IntegerField()),
                ("time_zone", models.TextField()),
                (
                    "recipients",
                    models.JSONField(db_default=models.Value({}, output_field=models.JSONField())),
                ),
                ("needs_approval", models.BooleanField(db_default=True)),
                ("is_enabled", models.BooleanField(db_default=True)),
                ("since", models.DateField()),
                ("version", models.IntegerField(db_default=1)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("removed_at", models.DateTimeField(null=True)),
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
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("definition", models.TextField()),
                ("language", models.TextField()),
                ("period", models.TextField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("time_zone", models.TextField()),
                ("is_compared", models.BooleanField(db_default=True)),
                ("state", models.TextField(db_default="queued")),
                ("step", models.IntegerField(db_default=0)),
                ("steps", models.IntegerField(db_default=0)),
                ("error", models.TextField(db_default="")),
                ("tries", models.IntegerField(db_default=0)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("made_at", models.DateTimeField(null=True)),
                ("coverage", models.FloatField(null=True)),
                ("content", models.BinaryField(null=True)),
                ("sha256", models.TextField(db_default="")),
                ("is_approval_needed", models.BooleanField(db_default=False)),
                ("released_at", models.DateTimeField(null=True)),
                ("released_by", models.TextField(db_default="")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.tenant",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="reports.reportschedule",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("turn", models.IntegerField()),
                ("recipients", models.JSONField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.TextField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("reached", models.IntegerField(null=True)),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reports.report",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["report"], name="report_delivery"),
                    models.Index(
                        condition=models.Q(("sent_at", None)), fields=["id"], name="report_unsent"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("turn", 0), _negated=True),
                        fields=("report", "turn"),
                        name="report_delivery_once",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("tenant", "name"),
                name="report_schedule_once",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["tenant", "-created_at"], name="report_recent"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("state__in", ("queued", "working"))),
                fields=["id"],
                name="report_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("schedule__isnull", False)),
                fields=("schedule", "period", "first_day"),
                name="report_once_per_period",
            ),
        ),
    ]
