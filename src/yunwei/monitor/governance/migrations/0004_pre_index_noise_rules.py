from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("governance", "0003_pre_add_noise_rules")]

    operations = [
        AddIndexConcurrently(
            model_name="suppression",
            index=models.Index(
                condition=models.Q(("noise_rule__isnull", False)),
                fields=["noise_rule", "-since"],
                name="suppression_of_noise_rule",
            ),
        ),
    ]
