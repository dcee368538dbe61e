"""Rows of threshold rules, their standings, and the points they judge. Private to the part."""
