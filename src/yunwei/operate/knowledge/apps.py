"""Declares the part to Django."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "yunwei.operate.knowledge"
    label = "knowledge"
