"""Declares the part to Django."""

from django.apps import AppConfig


class SshConfig(AppConfig):
    name = "yunwei.operate.ssh"
    label = "ssh"
