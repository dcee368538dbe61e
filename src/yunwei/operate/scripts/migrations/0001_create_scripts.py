import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

_ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _empty_list() -> models.JSONField:
    return models.JSONField(db_default=models.Value([], output_field=models.JSONField()))


class Migration(migrations.Migration):
    initial = True

    dependencies = [("people", "0003_pre_add_contacts")]

    operations = [
        migrations.CreateModel(
            name="Script",
            fields=[
                ("id", _ID),
                ("slug", models.TextField(db_default="")),
                ("name", models.TextField()),
                ("language", models.TextField()),
                ("description_zh", models.TextField(db_default="")),
                ("description_en", models.TextField(db_default="")),
                ("folder", models.TextField(db_default="")),
                ("tags", _empty_list()),
                ("is_shared", models.BooleanField(db_default=False)),
                ("revision", models.IntegerField(db_default=1)),
                ("latest", models.IntegerField(db_default=0)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField(db_default="")),
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
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "name"), name="script_once"),
                    models.UniqueConstraint(
                        condition=~Q(slug=""), fields=("tenant", "slug"), name="script_slug_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", _ID.clone()),
                ("number", models.IntegerField()),
                ("content", models.JSONField()),
                ("sha256", models.TextField()),
                ("state", models.TextField(db_default="draft")),
                ("findings", _empty_list()),
                ("is_dangerous", models.BooleanField(db_default=False)),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("asked_by", models.TextField(db_default="")),
                ("asked_at", models.DateTimeField(null=True)),
                ("judged_by", models.TextField(db_default="")),
                ("judged_at", models.DateTimeField(null=True)),
                ("judgement_note", models.TextField(db_default="")),
                ("retired_by", models.TextField(db_default="")),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "script",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="scripts.script",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("script", "number"), name="script_version_once"
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="approved") | ~Q(judged_by=F("by")),
                        name="script_four_eyes",
                    ),
                ],
            },
        ),
    ]
