"""Pure decisions of simulation: a rule as SQL over the past, and what its answers add up to."""
