"""The platform's own source: it is read by nobody, the platform speaks through it."""

from yunwei.plugins.connectors.yunwei.connector import Connector as Connector
