from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("alarms", "0010_pre_add_affected")]

    operations = [
        AddIndexConcurrently(
            model_name="change",
            index=models.Index(
                condition=models.Q(("by", ""), _negated=True),
                fields=["tenant", "-at"],
                name="change_by_people",
            ),
        ),
    ]
