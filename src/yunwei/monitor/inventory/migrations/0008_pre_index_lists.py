"""The lists of desktops and of sessions begin with the first rows in their usual order, not with a
sort of all."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inventory", "0007_pre_add_untold_changes")]

    operations = [
        AddIndexConcurrently(
            model_name="desktop",
            index=models.Index(Lower("name"), F("id").desc(), name="desktop_listed"),
        ),
        AddIndexConcurrently(
            model_name="session",
            index=models.Index(
                F("state_since").desc(nulls_last=True), F("id").desc(), name="session_listed"
            ),
        ),
    ]
