"""Triggers: scripts that are started by what happens to a desktop in its life."""
