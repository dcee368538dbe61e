"""SNMP v1, v2c and v3 notifications: their encoding and security, nothing of sockets or alarms."""
