"""Declares the part to Django."""

from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "yunwei.operate.service"
    label = "service"
