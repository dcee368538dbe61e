from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("service", "0009_pre_add_letters")]

    operations = [
        AddIndexConcurrently(
            "entry",
            models.Index(fields=["ticket"], name="service_news", condition=models.Q(is_news=True)),
        ),
    ]
