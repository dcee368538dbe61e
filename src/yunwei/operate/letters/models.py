"""Tables of the part letters. Only its store may use them."""

from django.db import models


class SurveyChoice(models.Model):
    """Whether a customer's people are sent surveys; without a row they are."""

    tenant = models.OneToOneField(
        "people.Tenant", models.CASCADE, primary_key=True, related_name="+"
    )
    sends = models.BooleanField()
    changed_by = models.TextField()
    changed_at = models.DateTimeField()


class SurveyLetter(models.Model):
    """That a survey's link was sent, and that its reader was reminded."""

    survey = models.OneToOneField(
        "service.Survey", models.CASCADE, primary_key=True, related_name="+"
    )
    sent_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)


class Mailbox(models.Model):
    """Where mail to the service is fetched; at most one."""

    address = models.TextField()
    host = models.TextField()
    port = models.IntegerField()
    security = models.TextField()
    user = models.TextField()
    folder = models.TextField()
    trust = models.TextField()
    ca = models.TextField(db_default="")
    secrets = models.BinaryField()
    is_enabled = models.BooleanField()
    changed_by = models.TextField()
    changed_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    ok_at = models.DateTimeField(null=True)
    error = models.TextField(db_default="")


class Mail(models.Model):
    """A mail that came. key: by which it is handled once."""

    key = models.TextField(unique=True)
    received_at = models.DateTimeField()
    sender = models.TextField()
    sender_name = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    state = models.TextField()
    why = models.TextField(db_default="")
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, null=True, related_name="+")
    ticket = models.ForeignKey("service.Ticket", models.PROTECT, null=True, related_name="+")
    by = models.TextField(db_default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-received_at"], name="letters_mail_by_state")]


class MailFile(models.Model):
    """A file that came with a mail and was found harmless: written once, never changed."""

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="+")
    name = models.TextField()
    content_type = models.TextField()
    data = models.BinaryField()
    sha256 = models.TextField()
