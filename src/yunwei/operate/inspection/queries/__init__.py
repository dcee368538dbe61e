"""Questions about inspections, and what they measure."""
