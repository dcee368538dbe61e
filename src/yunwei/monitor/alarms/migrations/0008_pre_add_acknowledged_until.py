from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alarms", "0007_pre_add_lean_indexes")]

    operations = [
        migrations.AddField(
            model_name="alarm",
            name="acknowledged_until",
            field=models.DateTimeField(null=True),
        ),
    ]
