"""SNMP traps and informs of anything that sends them, v1, v2c and v3."""

from yunwei.plugins.connectors.snmp_trap.connector import Connector as Connector
