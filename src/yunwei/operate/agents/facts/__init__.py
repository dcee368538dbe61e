"""Agents and their tasks as plain data."""
