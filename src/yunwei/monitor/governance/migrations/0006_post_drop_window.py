from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("governance", "0005_pre_add_life")]

    operations = [
        migrations.RemoveField(model_name="maskrule", name="is_enabled"),
        migrations.RemoveField(model_name="maskrule", name="window"),
    ]
