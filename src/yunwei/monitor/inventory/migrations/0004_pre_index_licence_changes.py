"""Changes of all licences are listed, newest first."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inventory", "0003_pre_add_licence_standing")]

    operations = [
        AddIndexConcurrently(
            model_name="licencechange",
            index=models.Index(fields=["tenant", "-at"], name="licence_change_latest"),
        ),
    ]
