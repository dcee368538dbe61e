"""The tables of saved views, declared for migrations. Reading and writing is in `store`."""

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    tenant = models.ForeignKey("people.Tenant", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.TextField()
    name = models.TextField()
    query = models.TextField(db_default="")
    is_shared = models.BooleanField(db_default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_views_view_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "page"], name="saved_views_view_tenant"),
        ]


class DefaultView(models.Model):
    """With which view a page opens for a person; no row: as it comes."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.TextField()
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "page"], name="saved_views_default_once"),
        ]
