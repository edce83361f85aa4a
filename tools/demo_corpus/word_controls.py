"""Check boxes and drop-down lists as Word forms hold them: three ways, each met in real forms."""

from __future__ import annotations

from itertools import count
from typing import Protocol
from xml.sax.saxutils import escape

# What the lists offer behind their prompt: objectives of the regional plan, by letter and figure.
CHOICES = ("A1", "A2", "B1", "B2")


class Controls(Protocol):
    """One way of making boxes and lists; each method returns the runs of a paragraph, as XML."""

    def box(self, ticked: bool, *, preset: bool = False) -> str:
        """Return a check box; ``preset`` is the state that the blank form had."""

    def menu(self, prompt: str) -> str:
        """Return a drop-down list left on its prompt."""


def run(text: str, style: str = "") -> str:
    """Return a run of text, in a character style when one is named."""
    properties = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


class LegacyFields:
    """Form fields of Word 97-2003, still in use: FORMCHECKBOX and FORMDROPDOWN."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def box(self, ticked: bool, *, preset: bool = False) -> str:
        """Return a field that only says its state when someone changed the one of the blank form."""
        changed = "" if ticked == preset else "<w:checked/>" if ticked else '<w:checked w:val="0"/>'
        data = f'<w:checkBox><w:sizeAuto/><w:default w:val="{preset:d}"/>{changed}</w:checkBox>'
        return self._field("CaseACocher", "FORMCHECKBOX", data)

    def menu(self, prompt: str) -> str:
        """Return a list without a result, so that its first entry is shown."""
        entries = "".join(f'<w:listEntry w:val="{escape(entry)}"/>' for entry in (prompt, *CHOICES))
        return self._field("ListeDéroulante", "FORMDROPDOWN", f"<w:ddList>{entries}</w:ddList>")

    def _field(self, name: str, instruction: str, data: str) -> str:
        number = next(self._numbers)
        bookmark = f"{name}{number}"
        return (
            f'<w:bookmarkStart w:id="{number}" w:name="{bookmark}"/>'
            f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="{bookmark}"/><w:enabled/>'
            f'<w:calcOnExit w:val="0"/>{data}</w:ffData></w:fldChar></w:r>'
            f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
            f'<w:bookmarkEnd w:id="{number}"/>'
        )


class ContentControls:
    """Content controls of Word 2010 and later."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def box(self, ticked: bool, *, preset: bool = False) -> str:
        """Return a control that keeps its state and shows it as a glyph; the blank form leaves no trace."""
        glyph = "☒" if ticked else "☐"
        state = (
            f'<w14:checkbox><w14:checked w14:val="{ticked:d}"/>'
            '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
            '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
        )
        fonts = '<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/>'
        return self._control(state, f"<w:r><w:rPr>{fonts}</w:rPr><w:t>{glyph}</w:t></w:r>")

    def menu(self, prompt: str) -> str:
        """Return a list that shows its prompt as a placeholder."""
        items = "".join(f'<w:listItem w:displayText="{entry}" w:value="{entry}"/>' for entry in CHOICES)
        choices = f'<w:dropDownList><w:listItem w:value="{escape(prompt)}"/>{items}</w:dropDownList>'
        return self._control(f"<w:showingPlcHdr/>{choices}", run(prompt, "Textedelespacerserv"))

    def _control(self, properties: str, content: str) -> str:
        identifier = f'<w:id w:val="{1_000_000 + next(self._numbers)}"/>'
        return f"<w:sdt><w:sdtPr>{identifier}{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


class Symbols(ContentControls):
    """Boxes inserted by hand as symbols of the Wingdings font; the lists are content controls."""

    def box(self, ticked: bool, *, preset: bool = False) -> str:
        """Return a symbol, which nothing but its code tells from a letter."""
        code = "F0FE" if ticked else "F0A8"
        return f'<w:r><w:sym w:font="Wingdings" w:char="{code}"/></w:r>'
