"""Agents on desktops: who they are, and what they are given to do."""
