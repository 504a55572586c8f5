"""Where texts come from: a row per source, each a function that gives texts in a fixed order.

Sources are read in the order of the rows until a corpus is full. What is installed comes first;
one pinned package of PyPI, Django's sources with their documentation and translations, stands in
where a machine has no manuals or catalogs. Only the standard library is used.
"""

import gettext
import gzip
import io
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

PINNED: Final = "Django==5.2.8"
MULTILINGUAL: Final = (
    *("ru", "ar", "fa", "el", "de", "fr", "es", "pl", "tr", "vi", "cs", "pt", "pt_BR", "it"),
    *("uk", "hu", "fi", "he", "hi", "th"),
)
CJK: Final = ("zh_CN", "zh_TW", "zh_Hans", "zh_Hant", "ja", "ko")
MANUALS: Final = ("man7", "man8", "man5", "man2", "man1")
_ROFF_TEXT = re.compile(r"\.\s*(?:[BIR]{1,2}|SH|SS|SM|TP|IP|Nm|Nd|Sh)\b\s*(.*)")
_ROFF_ESCAPE = re.compile(r"\\f(?:\w|\(\w\w|\[\w*\])|\\[&|^/,:%]|\\s[-+]?\d")
_ROFF_LETTERS = {r"\-": "-", r"\(aq": "'", r"\(bu": "•", r"\(em": "—", r"\e": "\\", r"\ ": " "}
_ROFF_ACCENT = re.compile(r"\\\([:'`^~,](\w)")
_ACCENTS: Final = {
    ":": "\u0308",
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    "~": "\u0303",
    ",": "\u0327",
}
_PAGES_PER_PROGRAM = 40
_PO_TEXT = re.compile(r'^msgstr(?:\[\d\])? ((?:"(?:[^"\\]|\\.)*"\n?)+)', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that texts of one corpus come from."""

    corpus: str
    name: str
    read: Callable[[], Iterator[str]]


def manuals(folders: Iterable[str]) -> Iterator[str]:
    """Give manual pages without their markup; one program gives a few of its pages at most."""
    for folder in folders:
        pages = Counter[str]()
        for path in sorted(Path("/usr/share/man").glob(f"{folder}/**/*.gz")):
            program = re.split(r"[-_.:]", path.name)[0]
            pages[program] += 1
            if pages[program] > _PAGES_PER_PROGRAM:
                continue
            try:
                page = gzip.decompress(path.read_bytes())
            except (OSError, EOFError, zlib.error):
                continue
            yield plain_manual(page.decode("utf-8", "replace"))


def plain_manual(page: str) -> str:
    """Take the markup of roff out of a page, as far as makes it read like text."""
    lines = []
    for line in page.splitlines():
        macro = _ROFF_TEXT.match(line)
        text = macro[1].replace('"', "") if macro else line
        if macro or not line.startswith((".", "'")):
            text = _ROFF_ACCENT.sub(accented, _ROFF_ESCAPE.sub("", text))
            for escape, letter in _ROFF_LETTERS.items():
                text = text.replace(escape, letter)
            lines.append(text)
    return "\n".join(lines) + "\n"


def accented(escape: re.Match[str]) -> str:
    """Give the letter that roff writes as an accent and a letter."""
    return unicodedata.normalize("NFC", escape[1] + _ACCENTS[escape[0][2]])


def files(folder: Path, *suffixes: str) -> Iterator[str]:
    """Give the files below a folder with one of these suffixes."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in suffixes and path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace")


def python_programs() -> Iterator[str]:
    """Give the standard library's programs."""
    folder = Path(sysconfig.get_path("stdlib"))
    for path in sorted(folder.rglob("*.py")):
        if "site-packages" not in path.parts and "idle_test" not in path.parts:
            yield path.read_text(encoding="utf-8", errors="replace")


def rust_programs() -> Iterator[str]:
    """Give the sources of the crates that cargo has fetched."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    return files(home / "registry" / "src", ".rs")


def catalogs(languages: Iterable[str]) -> Iterator[str]:
    """Give the translations of the installed programs, a text per catalog."""
    for language in languages:
        for path in sorted(Path("/usr/share/locale").glob(f"{language}/LC_MESSAGES/*.mo")):
            try:
                messages = gettext.GNUTranslations(io.BytesIO(path.read_bytes()))
            except (OSError, UnicodeDecodeError, ValueError):
                continue
            texts = getattr(messages, "_catalog", {}).values()
            yield "".join(f"{text}\n" for text in texts if isinstance(text, str))


def service_models() -> Iterator[str]:
    """Give the descriptions of AWS services that botocore ships, as indented JSON."""
    import botocore  # noqa: PLC0415  only where this source is read

    for path in sorted((Path(botocore.__file__).parent / "data").rglob("*.json.gz")):
        document = json.loads(gzip.decompress(path.read_bytes()))
        yield json.dumps(document, indent=2, ensure_ascii=False)


@lru_cache
def pinned_archive() -> bytes:
    """Download the pinned package; empty where PyPI cannot be reached."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415  only where this source is read

    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", PINNED, "--dest", folder]
        subprocess.run(command, check=False, capture_output=True)
        archive = next(Path(folder).glob("*.tar.gz"), None)
        return b"" if archive is None else archive.read_bytes()


def pinned(pattern: str) -> Iterator[str]:
    """Give the files of the pinned package whose path matches."""
    data = pinned_archive()
    if not data:
        return
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            handle = archive.extractfile(member) if re.search(pattern, member.name) else None
            if handle is not None:
                yield handle.read().decode("utf-8", "replace")


def pinned_catalogs(languages: Iterable[str]) -> Iterator[str]:
    """Give the translations in the pinned package, a text per catalog."""
    for catalog in pinned(rf"/({'|'.join(languages)})/LC_MESSAGES/[^/]*\.po$"):
        parts = (match[1] for match in _PO_TEXT.finditer(catalog))
        lines = ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', part)) for part in parts)
        yield "".join(line.replace("\\n", "\n").replace('\\"', '"') + "\n" for line in lines)


SOURCES: Final[tuple[Source, ...]] = (
    Source(
        corpus="prose",
        name="manual pages",
        read=lambda: manuals(MANUALS),
    ),
    Source(corpus="prose", name=PINNED, read=lambda: pinned(r"/docs/.*\.txt$")),
    Source(corpus="code", name="Python's library", read=python_programs),
    Source(corpus="code", name="crates", read=rust_programs),
    Source(corpus="code", name="C headers", read=lambda: files(Path("/usr/include"), ".h")),
    Source(corpus="code", name=PINNED, read=lambda: pinned(r"\.(py|js|html|css)$")),
    Source(corpus="multilingual", name="manual pages", read=lambda: manuals(MULTILINGUAL)),
    Source(corpus="multilingual", name="catalogs", read=lambda: catalogs(MULTILINGUAL)),
    Source(corpus="multilingual", name=PINNED, read=lambda: pinned_catalogs(MULTILINGUAL)),
    Source(corpus="cjk", name="manual pages", read=lambda: manuals(CJK)),
    Source(corpus="cjk", name="catalogs", read=lambda: catalogs(CJK)),
    Source(corpus="cjk", name=PINNED, read=lambda: pinned_catalogs(CJK)),
    Source(corpus="json", name="AWS service models", read=service_models),
)
"""Every source; those of one corpus are read in this order."""
