"""Letters: mail between people outside and the service: news of tickets, surveys."""
