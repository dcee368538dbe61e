"""Changes of triggers by people, and what occasions set off."""
