"""Threshold rules: alarms of our own, raised by what was measured."""
