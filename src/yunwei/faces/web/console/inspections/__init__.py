"""The pages of inspections: what was found, what people answer, templates and schedules."""
