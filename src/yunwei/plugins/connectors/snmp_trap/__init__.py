"""SNMP traps and informs of anything that sends them, v1 and v2c."""

from yunwei.plugins.connectors.snmp_trap.connector import Connector as Connector
