"""Pure answers about alarm types, and what people do about alarms."""
