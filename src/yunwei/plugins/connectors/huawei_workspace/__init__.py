"""Huawei Cloud Workspace (云办公), read through its published REST interface."""

from yunwei.plugins.connectors.huawei_workspace.connector import Connector as Connector
