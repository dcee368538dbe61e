"""Texts of errors that people may see, a file for each part; `error_texts.py` says them."""
