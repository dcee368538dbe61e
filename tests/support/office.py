"""LibreOffice and qpdf, judges of the files that leave the house. Neither mends what it is given:
LibreOffice without a screen refuses what it would have to repair."""

import csv
import subprocess
from collections.abc import Iterable
from pathlib import Path

_TIMEOUT_S = 300
# every sheet as a file of its own, UTF-8, cells as they are and not as they are shown
_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def open_sheets(files: Iterable[Path], folder: Path) -> dict[str, dict[str, list[list[str]]]]:
    """Return what LibreOffice reads in workbooks: name of the file, name of the sheet, its rows.
    What it can not open is missing."""
    listed = list(files)
    _convert(_SHEETS, listed, folder)
    found: dict[str, dict[str, list[list[str]]]] = {}
    for file in listed:
        sheets = {
            made.stem.removeprefix(f"{file.stem}-"): _read(made)
            for made in folder.glob(f"{file.stem}-*.csv")
        }
        if sheets:
            found[file.name] = sheets
    return found


def _read(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))


def open_texts(files: Iterable[Path], folder: Path) -> dict[str, str]:
    """Return what LibreOffice reads in text documents, by the name of the file. What it can not
    open is missing."""
    listed = list(files)
    _convert("txt:Text (encoded):UTF8", listed, folder)
    made = {file.name: folder / f"{file.stem}.txt" for file in listed}
    return {
        name: text.read_text(encoding="utf-8-sig") for name, text in made.items() if text.exists()
    }


def print_texts(files: Iterable[Path], folder: Path) -> dict[str, bytes]:
    """Return what LibreOffice prints of text documents, as PDFs by the name of the file. What it
    can not open is missing."""
    listed = list(files)
    made = folder / "printed"
    made.mkdir()
    _convert("pdf:writer_pdf_Export", listed, made)
    found = {file.name: made / f"{file.stem}.pdf" for file in listed}
    return {name: printed.read_bytes() for name, printed in found.items() if printed.exists()}


def _convert(kind: str, files: list[Path], folder: Path) -> None:
    # a profile of its own: two at once would share one, and the second would wait for the first
    profile = f"-env:UserInstallation={(folder / 'profile').absolute().as_uri()}"
    options = ("--headless", "--norestore", "--convert-to", kind, "--outdir", str(folder))
    subprocess.run(
        ["soffice", profile, *options, *map(str, files)],
        check=True,
        timeout=_TIMEOUT_S,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def check_pdf(data: bytes, folder: Path) -> str:
    """Return what qpdf finds wrong with a PDF, "" for nothing at all."""
    file = folder / "checked.pdf"
    file.write_bytes(data)
    done = subprocess.run(
        ["qpdf", "--check", str(file)],
        check=False,
        timeout=_TIMEOUT_S,
        capture_output=True,
        encoding="utf-8",
    )
    return "" if done.returncode == 0 else f"{done.returncode}: {done.stdout}{done.stderr}"
