"""Yunwei: the platform with which desktop clouds are run."""
