"""Steps of the ClickHouse tables, in order; each is written once and never edited.

A step is a module `NNNN_verb_what.py` with `OPERATIONS` and, when it rewrites data and may take
long, `BLOCKING = True`. Django has no part in these.
"""
