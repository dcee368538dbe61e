from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("alarms", "0006_pre_slim_hot_tables"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="alarm",
            index=models.Index(
                condition=models.Q(("is_cleared", True)),
                fields=["tenant", "-cleared_at"],
                name="alarm_history",
            ),
        ),
        AddIndexConcurrently(
            model_name="report",
            index=BrinIndex(autosummarize=True, fields=["at"], name="report_age"),
        ),
    ]
