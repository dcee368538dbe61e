from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("timetables", "0001_create_timetables")]

    operations = [
        migrations.AddField(
            model_name="timetable",
            name="follow_ups",
            field=models.JSONField(db_default=models.Value([], output_field=models.JSONField())),
        )
    ]
