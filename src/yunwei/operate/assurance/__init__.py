"""Support of great events: plans with their people, their gate, and a frozen period."""
