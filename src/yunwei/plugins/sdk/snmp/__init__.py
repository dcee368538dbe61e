"""SNMP v1 and v2c notifications: their encoding, and nothing of sockets or alarms."""
