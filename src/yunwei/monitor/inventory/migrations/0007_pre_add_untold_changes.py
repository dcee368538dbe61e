"""Changes of desktops wait to be taken by whoever acts upon them; those of before count as told."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inventory", "0006_pre_index_desktop_starts")]

    operations = [
        migrations.AddField(
            model_name="desktopchange",
            name="is_told",
            field=models.BooleanField(db_default=True),
        ),
        AddIndexConcurrently(
            model_name="desktopchange",
            index=models.Index(
                condition=models.Q(("is_told", False)), fields=["id"], name="desktop_change_untold"
            ),
        ),
    ]
