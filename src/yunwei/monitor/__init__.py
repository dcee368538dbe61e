"""From a reading to a person."""
