"""Named sets: lists of values that the conditions of many rules share, and which rules use them."""
