"""How much noise there was, how much of it reached people, and what kept it from them."""
