"""Pages of articles: find, read, write."""
