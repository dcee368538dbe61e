"""Saved views: what a person had a list show (its filters, sort and columns), under a name."""
