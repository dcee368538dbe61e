"""Declares the part to Django."""

from django.apps import AppConfig


class ScriptsConfig(AppConfig):
    name = "yunwei.operate.scripts"
    label = "scripts"
