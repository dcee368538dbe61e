"""Who is on duty at an instant, and why; what makes a schedule acceptable. Pure."""
