from django.db import migrations, models

_MONEY = ("monthly", "once")
_TEXTS = ("currency", "cost_note")


def _costs(model: str) -> list[migrations.AddField]:
    money = models.DecimalField(max_digits=12, decimal_places=2, db_default=0)
    text = models.TextField(db_default="")
    return [
        *(migrations.AddField(model, name, money.clone()) for name in _MONEY),
        *(migrations.AddField(model, name, text.clone()) for name in _TEXTS),
    ]


class Migration(migrations.Migration):
    dependencies = [("selfservice", "0002_pre_add_requests")]

    operations = [
        *_costs("request"),
        migrations.AddField("request", "department", models.TextField(db_default="")),
        *_costs("requestrule"),
    ]
