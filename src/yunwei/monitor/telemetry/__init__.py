"""What was measured: ClickHouse tables, writer, named questions."""
