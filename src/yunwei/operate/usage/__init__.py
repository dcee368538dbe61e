"""Who used what, and when: connected time worked out from connections. Above telemetry."""
