"""Decisions of telemetry: how tables are spelt, rows shaped and series joined."""
