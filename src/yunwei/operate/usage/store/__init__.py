"""Rows of use from ClickHouse. The only SQL on them of this part, by noun; changes nothing."""
