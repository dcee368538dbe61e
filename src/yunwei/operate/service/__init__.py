"""The managed service: contracts, requests, duty, acceptance."""
