"""Questions about use that others may ask. All bounded in time, all for one viewer."""
