from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_pre_index_cloud_orders")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="watched",
            field=models.JSONField(null=True),
        )
    ]
