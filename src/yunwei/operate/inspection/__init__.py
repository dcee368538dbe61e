"""Inspections: templates of checks, run against live data, with what people on site answer."""
