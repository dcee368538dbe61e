"""The tables of notify, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower


class Channel(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    kind = models.TextField()
    name = models.TextField()
    settings = models.JSONField(db_default=Value({}, output_field=models.JSONField()))
    secrets = models.BinaryField(db_default=b"")
    secrets_set = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    language = models.TextField(db_default="zh-hans")
    is_enabled = models.BooleanField(db_default=True)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "tenant", Lower("name"), condition=Q(removed_at=None), name="channel_name"
            ),
        ]


class Route(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    position = models.IntegerField()
    name = models.TextField()
    condition = models.JSONField()
    channels = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    people = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    roles = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    on_screen = models.BooleanField(db_default=True)
    tells_clear = models.BooleanField(db_default=True)
    goes_on = models.BooleanField(db_default=False)
    is_enabled = models.BooleanField(db_default=True)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)


class Message(models.Model):
    """The outbox: written in the transaction that decided, delivered later, kept as the log."""

    dedupe = models.TextField(unique=True)
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    alarm = models.ForeignKey(
        "alarms.Alarm", models.CASCADE, null=True, related_name="+", db_index=False
    )
    occurrence = models.BigIntegerField(null=True)
    kind = models.TextField()
    route = models.ForeignKey(Route, models.SET_NULL, null=True, related_name="+", db_index=False)
    route_name = models.TextField(db_default="")
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, related_name="+", db_index=False
    )
    user = models.ForeignKey(
        "people.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    recipient = models.TextField(db_default="")
    address = models.TextField(db_default="")
    content = models.JSONField()
    severity = models.TextField(db_default="")
    link = models.TextField(db_default="")
    data = models.JSONField(db_default=Value({}, output_field=models.JSONField()))
    state = models.TextField()
    attempts = models.IntegerField(db_default=0)
    error = models.TextField(db_default="")
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="message_due",
            ),
            models.Index(fields=["alarm", "-created_at"], name="message_of_alarm"),
            models.Index(fields=["user", "-created_at"], name="message_of_user"),
            models.Index(fields=["tenant", "-created_at"], name="message_recent"),
            models.Index(fields=["occurrence"], name="message_of_occurrence"),
        ]


class Delivery(models.Model):
    """Every attempt to deliver a message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    is_ok = models.BooleanField()
    detail = models.TextField(db_default="")
    duration_s = models.FloatField(db_default=0.0)
