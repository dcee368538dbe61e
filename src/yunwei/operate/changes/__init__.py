"""Standard changes: templates with their runbooks, changes carried out by them, their record."""
