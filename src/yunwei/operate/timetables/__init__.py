"""Timetables: scripts that are run again and again, at times; what became of each start."""
