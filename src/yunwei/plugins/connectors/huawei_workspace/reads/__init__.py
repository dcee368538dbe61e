"""The reads, one module each: which calls in which order, what is complete, how far it got."""
