"""One folder per way of reaching a person; found by its manifest, never imported by name."""
