"""Enrolments wait to be taken by whoever acts upon them; those of before count as told."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("agents", "0001_create_agents")]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="is_told",
            field=models.BooleanField(db_default=True),
        ),
        AddIndexConcurrently(
            model_name="agent",
            index=models.Index(
                condition=models.Q(("is_told", False)), fields=["id"], name="agent_untold"
            ),
        ),
    ]
