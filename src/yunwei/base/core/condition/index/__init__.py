"""Finding which of many conditions match a row, in microseconds: `anchors` chooses by what a
condition is looked up, `tables` look up, `net` files and asks, `build` is the door. Pure.
"""
