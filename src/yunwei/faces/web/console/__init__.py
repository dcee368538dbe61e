"""The operators' pages: a module per noun."""
