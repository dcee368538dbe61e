"""A report's figures for programs: JSON of everything, CSV of every figure."""

import csv
import io
from dataclasses import replace

import msgspec

from yunwei.operate.reports.content import Content
from yunwei.operate.reports.saying import labels_of

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def to_json(content: Content) -> bytes:
    """Return all of a report but its cover. Times are ISO 8601 UTC, shares 0 to 1, durations in
    seconds."""
    plain = replace(content, brand=None)
    return msgspec.json.format(msgspec.json.encode(plain), indent=1)


def to_csv(content: Content) -> bytes:
    """Return every figure, then every table, one below the other. UTF-8 with a mark for Excel."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["figure", "label", "value", "before", "formatter"])
    labels = labels_of(content)
    for figure in dict.fromkeys(content.figures):
        cells = (
            figure.name,
            labels[figure.name],
            figure.value,
            figure.before,
            figure.formatter.value,
        )
        writer.writerow([_safe(each) for each in cells])
    for table in (each for section in content.sections for each in section.tables):
        writer.writerow([])
        writer.writerow([_safe(table.title)])
        writer.writerow([_safe(column.label) for column in table.columns])
        writer.writerows([_safe(cell) for cell in row] for row in table.cells)
    return buffer.getvalue().encode("utf-8-sig")


def _safe(cell: str | float | None) -> str | float | None:
    """A text that a spreadsheet would run as a formula is made a text by a quote."""
    if isinstance(cell, str) and cell.startswith(_RISKY):
        return f"'{cell}"
    return cell
