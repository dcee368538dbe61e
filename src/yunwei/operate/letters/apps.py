"""Declares the part to Django."""

from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "yunwei.operate.letters"
    label = "letters"
