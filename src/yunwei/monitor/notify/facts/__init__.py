"""What notify knows, as frozen data: channels, routes, messages. No decisions."""
