"""A CSV file as other programs write it: encoding, separator, rows with their lines. What can't be read is said in a sentence."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from shared.errors import BadInput, FieldProblem

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods; xls
_LOOK_BYTES: Final = 4096  # the header is in them
_CHUNK_BYTES: Final = 1 << 20
_SEPARATORS: Final = ",;\t"  # Excel writes the second where the comma stands in numbers, as in Indonesia
_CSV_PROBLEMS: Final = (
    ("field larger", "cell_too_long", "sebuah sel lebih panjang daripada teks mana pun; mungkin tanda kutipnya tidak ditutup"),
    ("unexpected end", "quote_open", "tanda kutip dibuka dan tidak pernah ditutup"),
    ("expected after", "quote_unescaped", "tanda kutip di dalam sel berkutip ditulis dua kali"),
)

Cells = Sequence[str]


def rows_of(
    path: Path, columns: Sequence[str], encoding: str | None = None, *, may_lack: Sequence[str] = ()
) -> Iterator[tuple[int, Cells | None]]:
    """Yield the line of every row and its cells of these columns in their order; None if its number of cells differs from the header's.

    Args:
        path: The file.
        columns: Columns that the header must name; others are left out.
        encoding: Its encoding; None: UTF-8 or UTF-16, detected by the bytes.
        may_lack: More columns, after those: their cells are empty where the header does not name them.

    Raises:
        BadInput: `registry_malformed`: it is no such file; `problems` name the line, never a value.
    """
    encoding = encoding or detect(path)
    with path.open(encoding=encoding, newline="") as lines:
        try:
            reader = csv.reader(lines, delimiter=_separator(lines.readline()), strict=True)
            lines.seek(0)
            header = next(reader, [])
            places = _places(header, columns, may_lack)
            line = reader.line_num + 1
            for row in reader:
                if row:
                    row.append("")  # the cell of a column that the header does not name
                    yield line, [row[place] for place in places] if len(row) == len(header) + 1 else None
                line = reader.line_num + 1
        except csv.Error as error:
            raise _unreadable(f"baris {reader.line_num}", *_meaning(str(error))) from None
        except UnicodeError:
            raise _unreadable("berkas", "encoding_differs", f"isinya bukan {encoding}; sebut yang lain dengan --encoding") from None


def detect(path: Path) -> str:
    """Detect the encoding of a file by its bytes.

    Raises:
        BadInput: `registry_malformed`: a workbook, an empty file, or an encoding that can't be detected.
    """
    with path.open("rb") as source:
        head = source.read(_LOOK_BYTES)
        if not head:
            raise _unreadable("berkas", "file_empty", "tidak ada isinya")
        if head.startswith(_WORKBOOKS):
            raise _unreadable("berkas", "file_is_workbook", "ini buku kerja Excel: buka, lalu simpan sebagai 'CSV UTF-8'")
        for bom, name in _BOMS:
            if head.startswith(bom):
                return name
        if head[1:2] == b"\0" or head[:1] == b"\0":  # a header is ASCII: half the bytes of UTF-16 are zero
            return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        _check_utf8(head, source.read)
    return "utf-8"


def _check_utf8(head: bytes, read: Callable[[int], bytes]) -> None:
    decoder, line, chunk = codecs.getincrementaldecoder("utf-8")(), 1, head
    while True:
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            sentence = "bukan UTF-8: simpan sebagai 'CSV UTF-8', atau sebut pengodeannya, misalnya --encoding cp1252"
            raise _unreadable(f"baris {line}", "encoding_unknown", sentence) from None
        if not chunk:
            return
        line += chunk.count(b"\n")
        chunk = read(_CHUNK_BYTES)


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count)


def _places(header: Sequence[str], columns: Sequence[str], may_lack: Sequence[str]) -> list[int]:
    names = [name.strip() for name in header]
    problems = [FieldProblem(name, "column_missing", "judul tidak menyebut kolom ini") for name in columns if name not in names]
    twice = [name for name in (*columns, *may_lack) if names.count(name) > 1]
    problems += [FieldProblem(name, "column_twice", "judul menyebut kolom ini dua kali") for name in twice]
    if problems:
        raise BadInput("registry_malformed", "judulnya salah", problems)
    return [names.index(name) if name in names else -1 for name in (*columns, *may_lack)]


def _meaning(said: str) -> tuple[str, str]:
    found = ((code, sentence) for word, code, sentence in _CSV_PROBLEMS if word in said)
    return next(found, ("csv_malformed", "bukan CSV"))


def _unreadable(where: str, code: str, sentence: str) -> BadInput:
    return BadInput("registry_malformed", sentence, [FieldProblem(where, code, sentence)])
