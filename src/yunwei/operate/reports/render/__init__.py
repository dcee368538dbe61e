"""A report's frozen content as PDF, DOCX, XLSX, CSV and JSON. Reads nothing."""
