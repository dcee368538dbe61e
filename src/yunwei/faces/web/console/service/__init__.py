"""The pages of the managed service: contracts, who speaks for whom, authorisations."""
