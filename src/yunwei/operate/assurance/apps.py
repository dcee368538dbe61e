"""Declares the part to Django."""

from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    name = "yunwei.operate.assurance"
    label = "assurance"
