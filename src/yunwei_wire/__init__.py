"""Messages exchanged between the platform and its agents on desktops."""
