"""What the managed service is about, as plain data: contracts, authorisations, clocks."""
