"""The stages of governance, one file each. A stage is a pure function of a case."""
