from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("alarms", "0004_pre_add_timers")]

    operations = [
        AddIndexConcurrently(
            model_name="alarm",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="alarm_due"
            ),
        ),
        AddIndexConcurrently(
            model_name="alarm",
            index=models.Index(
                condition=models.Q(("situation__isnull", False)),
                fields=["situation"],
                name="alarm_of_situation",
            ),
        ),
    ]
