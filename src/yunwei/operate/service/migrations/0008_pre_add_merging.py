from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def _other() -> Any:
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="service.ticket",
    )


class Migration(migrations.Migration):
    dependencies = [("service", "0007_pre_add_visits")]

    operations = [
        migrations.AddField(model_name="ticket", name="merged_into", field=_other()),
        migrations.AddField(model_name="ticket", name="split_from", field=_other()),
    ]
