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
