"""Words every part shares. No I/O, no framework, nothing of ours below it."""
