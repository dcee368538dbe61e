"""Webhooks of other systems: what they post becomes raw alarms by a mapping of its fields."""

from yunwei.plugins.connectors.webhook_in.connector import Connector as Connector
