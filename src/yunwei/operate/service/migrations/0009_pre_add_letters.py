from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("service", "0008_pre_add_merging")]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="is_news",
            field=models.BooleanField(db_default=False),
        ),
    ]
