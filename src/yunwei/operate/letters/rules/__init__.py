"""How letters are read and worded; pure."""
