"""Changes of threshold rules, and their evaluation."""
