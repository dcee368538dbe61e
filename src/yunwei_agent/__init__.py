"""The agent that runs on a desktop. It knows only the wire."""

VERSION = "1.0"
