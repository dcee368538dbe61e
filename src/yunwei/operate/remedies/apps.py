"""Declares the part to Django."""

from django.apps import AppConfig


class RemediesConfig(AppConfig):
    name = "yunwei.operate.remedies"
    label = "remedies"
