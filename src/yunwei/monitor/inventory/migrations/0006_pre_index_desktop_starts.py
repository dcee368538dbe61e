"""Starts of desktops are counted over weeks, so that boot storms are found."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inventory", "0005_pre_add_last_uses")]

    operations = [
        AddIndexConcurrently(
            model_name="desktopchange",
            index=models.Index(
                condition=models.Q(("after", "running"), ("field", "state")),
                fields=["tenant", "at"],
                name="desktop_change_starts",
            ),
        ),
    ]
