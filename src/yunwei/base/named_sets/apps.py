"""Declares the part to Django."""

from django.apps import AppConfig


class NamedSetsConfig(AppConfig):
    name = "yunwei.base.named_sets"
    label = "named_sets"
