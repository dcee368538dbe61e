"""A simulated desktop cloud for demo, tests and benchmarks. It meets the platform only over sockets."""
