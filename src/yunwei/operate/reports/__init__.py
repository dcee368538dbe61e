"""Figures, chart specs and reports."""
