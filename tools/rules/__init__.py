"""The rules of tools/check_rules.py, by what they protect; what ruff can see is not among them."""
