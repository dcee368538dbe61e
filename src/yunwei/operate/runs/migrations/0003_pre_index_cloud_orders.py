from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("runs", "0002_pre_add_cloud_orders")]

    operations = [
        AddIndexConcurrently(
            model_name="target",
            index=models.Index(
                condition=models.Q(("cloud_order__isnull", False)),
                fields=["cloud_order"],
                name="run_target_cloud_order",
            ),
        )
    ]
