"""Runs: a script of the library on many desktops, from who is meant to what became of each."""
