"""Which alarms deserve a person: ordered stages, each decision with a reason."""
