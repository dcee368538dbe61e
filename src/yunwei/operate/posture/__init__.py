"""Resource posture: how full, how well and how far from full what desktops stand on is."""
