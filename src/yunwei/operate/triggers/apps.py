"""Declares the part to Django."""

from django.apps import AppConfig


class TriggersConfig(AppConfig):
    name = "yunwei.operate.triggers"
    label = "triggers"
