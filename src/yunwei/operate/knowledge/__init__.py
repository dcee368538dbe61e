"""Articles about faults: what comes with the platform, what teams write, and how they are found."""
