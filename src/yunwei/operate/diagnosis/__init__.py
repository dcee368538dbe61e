"""Why it is wrong and what to do."""
