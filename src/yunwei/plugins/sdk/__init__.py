"""All that a plug-in author may import."""
