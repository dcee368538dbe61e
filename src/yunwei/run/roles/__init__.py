"""The roles of part 2 of the architecture: each a function of the doors, in a file of its name."""
