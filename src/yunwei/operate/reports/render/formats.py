"""The files that a report can be had as."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from yunwei.operate.reports.content import Content
from yunwei.operate.reports.render.data import to_csv, to_json
from yunwei.operate.reports.render.paper import to_docx, to_pdf
from yunwei.operate.reports.render.sheet import to_xlsx

_OFFICE = "application/vnd.openxmlformats-officedocument"


class FileKind(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    DOCX = "docx"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    content_type: str
    render: Callable[[Content], bytes]


FORMATS: Mapping[FileKind, FileFormat] = {
    FileKind.PDF: FileFormat(content_type="application/pdf", render=to_pdf),
    FileKind.XLSX: FileFormat(content_type=f"{_OFFICE}.spreadsheetml.sheet", render=to_xlsx),
    FileKind.DOCX: FileFormat(content_type=f"{_OFFICE}.wordprocessingml.document", render=to_docx),
    FileKind.CSV: FileFormat(content_type="text/csv; charset=utf-8", render=to_csv),
    FileKind.JSON: FileFormat(content_type="application/json", render=to_json),
}
