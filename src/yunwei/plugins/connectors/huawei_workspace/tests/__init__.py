"""Tests of the connector against its fixtures and small local answers."""
