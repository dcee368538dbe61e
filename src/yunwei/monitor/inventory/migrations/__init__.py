"""Steps of the inventory tables, in order; each is written once and never edited."""
