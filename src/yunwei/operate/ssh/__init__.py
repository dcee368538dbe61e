"""How desktops without an agent are reached over SSH: connection profiles, known host keys."""
