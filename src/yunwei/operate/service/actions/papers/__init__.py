"""The four papers of an acceptance as documents: what stands in each, in one language."""
