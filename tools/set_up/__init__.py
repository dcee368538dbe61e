"""The steps of the set-up. They run on any Python from 3.8 on, with the standard library alone."""
