"""Asks for desktops back that nobody uses, and keeps account of what was given back."""
