"""What is wrong: one alarm's life as a table of moves, and its history."""
