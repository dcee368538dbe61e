"""Changes of profiles and host keys, and tries of connections."""
