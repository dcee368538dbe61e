import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _tenant(*, db_index: bool) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=db_index,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="people.tenant",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_pre_add_contacts"),
        ("reports", "0002_pre_add_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportDefinition",
            fields=[
                ("id", _ID),
                ("is_shared", models.BooleanField(db_default=False)),
                ("latest", models.IntegerField(db_default=1)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("tenant", _tenant(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="DefinitionVersion",
            fields=[
                ("id", _ID),
                ("number", models.IntegerField()),
                ("content", models.JSONField()),
                ("note", models.TextField(db_default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                (
                    "definition",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reports.reportdefinition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("definition", "number"), name="report_definition_version_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportLogo",
            fields=[
                ("id", _ID),
                ("sha256", models.TextField()),
                ("content_type", models.TextField()),
                ("data", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("tenant", _tenant(db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "sha256"), name="report_logo_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="report",
            name="is_last_year",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="report",
            name="own_version",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reports.definitionversion",
            ),
        ),
    ]
