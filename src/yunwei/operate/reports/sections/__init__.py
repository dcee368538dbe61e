"""What stands in reports: each function reads figures and returns one section of a report."""
