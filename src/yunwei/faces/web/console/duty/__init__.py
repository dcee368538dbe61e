"""The pages of duty: who is, was and will be; schedules; what goes before them; one's own."""
