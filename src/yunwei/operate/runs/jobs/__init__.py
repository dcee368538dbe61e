"""What runs for ever: runs are moved on, orders to desktop clouds are given and followed."""
