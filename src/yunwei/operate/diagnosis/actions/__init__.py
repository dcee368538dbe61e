"""What can be done about diagnoses."""
