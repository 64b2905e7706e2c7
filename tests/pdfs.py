"""PDFs that tests make for themselves: plain bytes, one font, text at known places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

LEFT, TOP, SIZE, LEADING = 72, 720, 12, 16
WIDTH, HEIGHT = 612, 792


def pdf_bytes(
    pages: Sequence[Sequence[str]],
    *,
    title: str = "",
    rotate: int = 0,
    crop: tuple[int, int, int, int] | None = None,
    sizes: Sequence[int] = (),
) -> bytes:
    """A PDF of US letter pages with each string on a line of its own, set in Helvetica.

    `sizes` gives the font size of the first lines of each page, SIZE where it ends; `crop` is a crop box in points
    from the bottom left.
    """
    objects: list[bytes] = []

    def add(body: str | bytes) -> int:
        objects.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(objects)

    add("<< /Type /Catalog /Pages 2 0 R >>")
    add("")
    font = add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    extra = f" /Rotate {rotate}" if rotate else ""
    if crop:
        extra += " /CropBox [{} {} {} {}]".format(*crop)
    for lines in pages:
        marks = []
        for index, line in enumerate(lines):
            size = sizes[index] if index < len(sizes) else SIZE
            text = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            marks.append(f"BT /F1 {size} Tf {LEFT} {TOP - LEADING * index} Td ({text}) Tj ET")
        stream = "\n".join(marks).encode("cp1252", "replace")
        content = add(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream")
        kids.append(
            add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}]{extra} /Contents {content} 0 R "
                f"/Resources << /Font << /F1 {font} 0 R >> >> >>"
            )
        )
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>".encode()
    information = add(f"<< /Title ({title}) /CreationDate (D:20230614235200Z) >>") if title else 0
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    info = f" /Info {information} 0 R" if information else ""
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{info} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def write_pdf(path: Path, *pages: Sequence[str], **options: object) -> Path:
    """Write a PDF with one page for each list of lines."""
    path.write_bytes(pdf_bytes(pages, **options))  # type: ignore[arg-type]
    return path


def report(path: Path, cruise: str, *sentences: str, pages: int = 1) -> Path:
    """A small cruise report whose pages all differ; each sentence stands on the first page, on a line of its own."""
    lines = [f"Cruise report {cruise}", "", *sentences]
    rest = [
        [f"Page {n} of the {cruise} report.", f"Cast {n} of {cruise} reached {100 * n} dbar."]
        for n in range(2, pages + 1)
    ]
    return write_pdf(path, lines, *rest, title=f"Cruise report {cruise}")


def encrypt(source: Path, target: Path, *, user: str, owner: str = "owner") -> Path:
    """A copy of a PDF that opens with the user password; an empty one opens by itself."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=source)
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-256")
    with target.open("wb") as stream:
        writer.write(stream)
    return target
