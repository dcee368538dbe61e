from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notify", "0001_create_notify")]

    operations = [
        migrations.AddField("message", "link", models.TextField(db_default="")),
    ]
