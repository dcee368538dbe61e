"""Words and doors everything else stands on."""
