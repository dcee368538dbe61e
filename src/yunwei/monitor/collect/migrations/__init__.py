"""Steps of the collect tables, in order; each is written once and never edited."""
