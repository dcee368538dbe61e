"""The tables of articles, declared for migrations. Reading and writing is in `store`."""

from django.conf import settings
from django.db import models


class OwnArticle(models.Model):
    """An article that a team wrote. latest, published: numbers of its versions."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+")
    is_for_all = models.BooleanField()
    state = models.TextField()
    latest = models.IntegerField()
    published = models.IntegerField(null=True)


class Version(models.Model):
    """What an article said; never changed."""

    article = models.ForeignKey(OwnArticle, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    content = models.JSONField()
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="knowledge_version_once")
        ]


class Feedback(models.Model):
    """Whether an article helped somebody. article: its key."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    article = models.TextField()
    has_helped = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "user"], name="knowledge_feedback_once")
        ]


class MissingQuestion(models.Model):
    """A question that no article answers, with how often it was asked."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    question = models.TextField()
    times = models.IntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "question"], name="knowledge_missing_once")
        ]
