from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("alarms", "0008_pre_add_acknowledged_until")]

    operations = [
        AddIndexConcurrently(
            model_name="alarm",
            index=models.Index(
                fields=["acknowledged_until"],
                condition=models.Q(is_cleared=False, acknowledged_until__isnull=False),
                name="alarm_acknowledged",
            ),
        ),
    ]
