"""Changes of notify: messages into the outbox and out of it, channels, routes."""
