"""The tables of calendars, declared for migrations. Reading and writing is in `store`."""

from django.db import models


class Year(models.Model):
    """A year of a country whose days are known, and by what."""

    country = models.TextField()
    year = models.IntegerField()
    source = models.TextField(db_default="")
    published_on = models.DateField(null=True)
    by = models.TextField(db_default="")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("country", "year", name="calendar_year_once"),
        ]


class Day(models.Model):
    """A day of a country that is not what its weekday says."""

    country = models.TextField()
    day = models.DateField()
    kind = models.TextField()
    name = models.TextField(db_default="")
    name_en = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint("country", "day", name="calendar_day_once"),
        ]


class OwnDay(models.Model):
    """A tenant's own exception: goes before its country's day."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    kind = models.TextField()
    name = models.TextField(db_default="")
    by = models.TextField(db_default="")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("tenant", "day", name="calendar_own_day_once"),
        ]


class Choice(models.Model):
    """Whose calendar a tenant goes by; China's where there is no row."""

    tenant = models.OneToOneField("people.Tenant", models.CASCADE, related_name="+")
    country = models.TextField()
    changed_at = models.DateTimeField()
