"""Checkers and generators for developers. They may import anything; nothing imports them."""
