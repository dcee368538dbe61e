"""Tests of the channel; what needs a server is in tests/integration/."""
