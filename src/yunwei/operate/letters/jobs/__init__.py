"""What sends and fetches letters."""
