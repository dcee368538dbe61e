"""MIB files as vendors write them, made up for the tests."""

from pathlib import Path

MIB = """
ACME-STORAGE-MIB DEFINITIONS ::= BEGIN
IMPORTS
    MODULE-IDENTITY, OBJECT-TYPE, NOTIFICATION-TYPE, Integer32, enterprises FROM SNMPv2-SMI
    DisplayString FROM SNMPv2-TC;
acmeStorage MODULE-IDENTITY
    LAST-UPDATED "202611270000Z" ORGANIZATION "Acme" CONTACT-INFO "none" DESCRIPTION "Storage."
    ::= { enterprises 99999 7 }
acmeObjects OBJECT IDENTIFIER ::= { acmeStorage 1 }
acmeTraps OBJECT IDENTIFIER ::= { acmeStorage 0 }
acmeVolume OBJECT-TYPE
    SYNTAX DisplayString MAX-ACCESS read-only STATUS current DESCRIPTION "Name of the volume."
    ::= { acmeObjects 1 }
acmeSeverity OBJECT-TYPE
    SYNTAX INTEGER { critical(1), major(2), minor(3), warning(4) }
    MAX-ACCESS read-only STATUS current DESCRIPTION "How bad." ::= { acmeObjects 2 }
acmeVolumeFull NOTIFICATION-TYPE
    OBJECTS { acmeVolume, acmeSeverity } STATUS current
    DESCRIPTION "A volume is nearly full." ::= { acmeTraps 1 }
acmeVolumeFullClear NOTIFICATION-TYPE
    OBJECTS { acmeVolume } STATUS current
    DESCRIPTION "The volume has room again." ::= { acmeTraps 2 }
END
"""
VOLUME_FULL, VOLUME_ROOM = "1.3.6.1.4.1.99999.7.0.1", "1.3.6.1.4.1.99999.7.0.2"
VOLUME, HOW_BAD = "1.3.6.1.4.1.99999.7.1.1", "1.3.6.1.4.1.99999.7.1.2"

# written anew from the published table of objects, in the form of a v1 file; the vendor's own
# text is not free
NORTHBOUND = """
HW-IMAPV1NORTHBOUND-TRAP-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises FROM RFC1155-SMI OBJECT-TYPE FROM RFC-1212 TRAP-TYPE FROM RFC-1215;
huawei OBJECT IDENTIFIER ::= { enterprises 2011 }
hwNmAgent OBJECT IDENTIFIER ::= { huawei 2 15 1 }
hwNmNorthbound OBJECT IDENTIFIER ::= { hwNmAgent 7 }
hwNmNorthboundEvent OBJECT IDENTIFIER ::= { hwNmNorthbound 1 }
hwNmNorthboundNEName OBJECT-TYPE SYNTAX OCTET STRING ACCESS read-only STATUS mandatory
    DESCRIPTION "NE name" ::= { hwNmNorthboundEvent 1 }
hwNmNorthboundSeverity OBJECT-TYPE SYNTAX OCTET STRING ACCESS read-only STATUS mandatory
    DESCRIPTION "Severity in words" ::= { hwNmNorthboundEvent 7 }
hwNmNorthboundFaultFlag OBJECT-TYPE SYNTAX OCTET STRING ACCESS read-only STATUS mandatory
    DESCRIPTION "Fault or Recovery" ::= { hwNmNorthboundEvent 10 }
hwNmNorthboundSerialNo OBJECT-TYPE SYNTAX INTEGER ACCESS read-only STATUS mandatory
    DESCRIPTION "Serial number" ::= { hwNmNorthboundEvent 13 }
hwNmNorthboundEventCritical TRAP-TYPE ENTERPRISE hwNmNorthboundEvent
    VARIABLES { hwNmNorthboundNEName, hwNmNorthboundSeverity, hwNmNorthboundFaultFlag,
                hwNmNorthboundSerialNo }
    DESCRIPTION "An event of severity critical." ::= 3
END
"""


def debian_mibs() -> dict[str, bytes]:
    """Return the files of Debian's package libsnmp-base, which the set-up of the tests brings."""
    folder = Path("/usr/share/snmp/mibs")
    return {each.name: each.read_bytes() for each in sorted(folder.glob("*-MIB.txt"))}
