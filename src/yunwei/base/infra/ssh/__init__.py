"""The door to machines over SSH: connections that know whom they talk to, and scripts on them."""
