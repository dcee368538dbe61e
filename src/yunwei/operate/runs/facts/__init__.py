"""Runs, their targets, and the orders to desktop clouds that they are made of, as plain data."""
