"""Declares the part to Django."""

from django.apps import AppConfig


class SelfserviceConfig(AppConfig):
    name = "yunwei.operate.selfservice"
    label = "selfservice"
