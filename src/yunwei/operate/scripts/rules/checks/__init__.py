"""What is found in a script by reading it: its syntax tree, and what can destroy. Pure."""
