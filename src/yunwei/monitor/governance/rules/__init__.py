"""Pure decisions of governance: what a mask rule may say, and the words of decisions."""
