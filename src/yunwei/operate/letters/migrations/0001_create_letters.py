from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def _one(to: str) -> Any:
    return models.OneToOneField(
        on_delete=django.db.models.deletion.CASCADE,
        primary_key=True,
        related_name="+",
        serialize=False,
        to=to,
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_create_people"),
        ("service", "0010_pre_index_news"),
    ]

    operations = [
        migrations.CreateModel(
            name="SurveyChoice",
            fields=[
                ("tenant", _one("people.tenant")),
                ("sends", models.BooleanField()),
                ("changed_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SurveyLetter",
            fields=[
                ("survey", _one("service.survey")),
                ("sent_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
