"""Word files: what a reader of the page sees, with the state of every check box."""

from clsassist.readers.docx.reading import read_docx

__all__ = ["read_docx"]
