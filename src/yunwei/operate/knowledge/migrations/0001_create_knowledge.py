from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _key(to: str, *, db_index: bool = False) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        db_index=db_index,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to=to,
    )


def _id() -> "models.BigAutoField[Any, Any]":
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0003_pre_add_contacts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnArticle",
            fields=[
                ("id", _id()),
                ("is_for_all", models.BooleanField()),
                ("state", models.TextField()),
                ("latest", models.IntegerField()),
                ("published", models.IntegerField(null=True)),
                ("tenant", _key("people.tenant", db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", _id()),
                ("number", models.IntegerField()),
                ("content", models.JSONField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("article", _key("knowledge.ownarticle")),
            ],
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", _id()),
                ("article", models.TextField()),
                ("has_helped", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("tenant", _key("people.tenant")),
                ("user", _key(settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="MissingQuestion",
            fields=[
                ("id", _id()),
                ("question", models.TextField()),
                ("times", models.IntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("tenant", _key("people.tenant")),
            ],
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(
                fields=("article", "number"), name="knowledge_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.UniqueConstraint(
                fields=("article", "user"), name="knowledge_feedback_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="missingquestion",
            constraint=models.UniqueConstraint(
                fields=("tenant", "question"), name="knowledge_missing_once"
            ),
        ),
    ]
