"""A simulated desktop cloud for demo, tests and benchmarks; the platform meets it over sockets."""
