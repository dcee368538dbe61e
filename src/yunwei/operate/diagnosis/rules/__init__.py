"""Decisions of diagnosis: checks, scores, words. Pure."""
