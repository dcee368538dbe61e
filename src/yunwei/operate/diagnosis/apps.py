"""Declares the part to Django."""

from django.apps import AppConfig


class DiagnosisConfig(AppConfig):
    name = "yunwei.operate.diagnosis"
    label = "diagnosis"
