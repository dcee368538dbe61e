"""Reaching the right person: routes, channels, outbox, delivery log."""
