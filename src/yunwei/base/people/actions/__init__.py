"""Changes of people, tenants, tokens and the audit log that others may ask for."""
