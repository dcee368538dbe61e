"""Declares the part to Django."""

from django.apps import AppConfig


class ReclaimConfig(AppConfig):
    name = "yunwei.operate.reclaim"
    label = "reclaim"
