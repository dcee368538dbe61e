"""Documents for people: what stands in one, as PDF and DOCX, and charts without a browser."""
