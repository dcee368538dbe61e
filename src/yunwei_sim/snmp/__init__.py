"""The world as a Huawei network management system reports it by SNMP traps."""
