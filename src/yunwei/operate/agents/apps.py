"""Declares the part to Django."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "yunwei.operate.agents"
    label = "agents"
