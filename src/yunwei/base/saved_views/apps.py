"""Declares the part to Django."""

from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "yunwei.base.saved_views"
    label = "saved_views"
