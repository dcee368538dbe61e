from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ssh", "0001_create_ssh")]

    operations = [
        migrations.AddField(
            model_name="profile", name="kind", field=models.TextField(db_default="ssh")
        ),
        migrations.AddField(
            model_name="profile",
            name="sign_in",
            field=models.TextField(db_default="negotiate"),
        ),
    ]
