"""Schedules, what people do about them, shifts; by noun."""
