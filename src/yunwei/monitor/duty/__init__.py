"""Who is on duty, and when: schedules, layers, what goes before them, and who it was."""
