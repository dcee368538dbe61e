"""Declares the part to Django."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "yunwei.operate.runs"
    label = "runs"
