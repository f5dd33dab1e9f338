"""The text of a PDF that Chromium printed."""

import io
import unicodedata

from pypdf import PdfReader


def printed_text(pdf: bytes) -> str:
    """Give the text of all pages without spaces: how a printer breaks lines says nothing."""
    told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "".join(unicodedata.normalize("NFKC", told).split())
