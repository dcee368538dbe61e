"""Changes of governance: judging alarms, and people's mask rules."""
