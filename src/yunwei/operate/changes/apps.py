"""Declares the part to Django."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "yunwei.operate.changes"
    label = "changes"
