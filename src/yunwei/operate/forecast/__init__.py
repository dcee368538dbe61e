"""When something will be full: licences, later hosts and pools; as a range, with its error."""
