"""The commands and processes; the only place that wires parts together."""
