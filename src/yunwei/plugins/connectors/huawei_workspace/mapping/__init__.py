"""Answers of Huawei Cloud Workspace to our words. Pure: no network, no clock, almost all tables."""
