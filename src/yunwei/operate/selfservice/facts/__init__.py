"""What self-service is made of, by noun: acts on desktops, requests."""
