"""One folder per desktop cloud; found by its manifest, never imported by name."""
