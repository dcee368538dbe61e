"""Files, words and the index of articles, as pure decisions."""
