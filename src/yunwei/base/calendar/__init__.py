"""Which days people work: a calendar for each country, exceptions for each tenant."""
