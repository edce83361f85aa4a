"""Characters as a model writes them, to complete sentences with the marks that follow them.

One character is taken at a time, so that the sentences are the same however the characters come. In doubt two sentences
stay one: more must then be proved, and « aucune action n'est » never leaves « portée par la MSA » behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Where reasoning models think aloud; « </think> » alone ends thoughts whose beginning the server kept.
_OPEN_TAG = re.compile(r"<(think|thinking|thought|reasoning|seed:think)>", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:think|thinking|thought|reasoning|seed:think)>", re.IGNORECASE)
_MOST_TAG = len("</reasoning>") + len("seed:")
# What may begin a line: a bullet, a number, a title, a quotation; group 1 is what makes an item of it.
_ITEM = re.compile(r"(?:([-*•–—+]|\d{1,2}[.)])|#{1,6}|>)\s")
_PART_OF_ITEM = re.compile(r"(?:[-*•–—+]|\d{1,2}[.)]?|#{1,6}|>)")
_FENCES = ("```", "~~~")
_MARK = r"\[\d+(?:\s*[,;]\s*\d+)*\]"
# The end of a sentence, its closing marks, its citations and what may close them.
_END = re.compile(rf"[.!?…]+[»\"”’')\]*_]*(?:\s*»)?(?:\s*{_MARK}[*_]*[.!?…]*)*(?=\s+\S$)")
_COMPLETE = re.compile(rf"(?:[.!?…][»\"”’')\]*_]*(?:\s*»)?|{_MARK}[*_]*)$")
# A sentence that has its mark and its point: a mark after it belongs to the next one.
_MARKED = re.compile(rf"{_MARK}[*_]*\s?[.!?…]+[»\"”’)\]*_]*$")
# On a new line, a mark after a mark begins the next sentence, point or not.
_ENDS_MARKED = re.compile(rf"{_MARK}[*_]*\s?[.!?…]*$")
# Some models put each mark before its sentence.
_MARKED_FIRST = re.compile(_MARK)
_ONLY_MARKS = re.compile(rf"(?:{_MARK}|[\W_])*")
_OPENS = re.compile(r"[A-ZÀ-ÖØ-ÞŒŸ0-9«\"“(*_•–—-]")
# A point that ends no sentence: abbreviations, initials.
_ABBREVIATION = re.compile(
    r"(?:\b(?:cf|etc|art|al|p|pp|ex|n|no|nos|M|MM|Mme|Mmes|Mlle|Me|Dr|Drs|Pr|St|Ste|Sts|tél|réf|env|min|max|av|bd|bld"
    r"|chap|fig|vol|éd|dép|arr|hab|janv|févr|avr|juil|sept|oct|nov|déc|N\.B|c\.-à-d|i\.e|e\.g|resp|adj|éq|sq|ed|suiv)"
    r"|(?:\b|\.)[A-ZÀ-Ý])\.$",
    re.IGNORECASE,
)


class Sentences:
    """Takes characters and gives sentences, each as soon as it is complete.

    Of a list, each item is a sentence that begins with the words that introduce the list. Lines of code fences are left
    out, and what the model thinks before it answers. ``pending`` is what is not yet a sentence.
    """

    def __init__(self) -> None:
        self._tag = ""
        self._thinking = False
        self._head: str | None = ""
        self._gap = ""
        self._text = ""
        self._lead = ""
        self._title = False
        self._fence = False

    @property
    def pending(self) -> str:
        """The sentence being written."""
        return self._text

    def feed(self, characters: str) -> Iterator[str]:
        """Take characters and yield the sentences that they complete."""
        for character in characters:
            for shown in self._without_thoughts(character):
                yield from self._take(shown)

    def close(self) -> Iterator[str]:
        """Yield the last sentence when it is complete; what stays in ``pending`` was cut short."""
        if not self._thinking:
            for shown in self._tag:
                yield from self._take(shown)
        self._tag = ""
        if self._head:
            head, self._head = self._head, None
            yield from self._resolve(head)
        if self._text and _COMPLETE.search(self._text):
            yield from self._flush()

    # --- thoughts

    def _without_thoughts(self, character: str) -> Iterator[str]:
        """Yield the characters that stand outside thoughts, held back while they may begin a tag."""
        if not self._tag and character != "<":
            if not self._thinking:
                yield character
            return
        self._tag += character
        if _TAGS.fullmatch(self._tag):
            self._thinking = bool(_OPEN_TAG.fullmatch(self._tag))
            if not self._thinking:
                self._forget()
            self._tag = ""
        elif character == ">" or len(self._tag) >= _MOST_TAG or (character == "<" and len(self._tag) > 1):
            held, self._tag = (self._tag[:-1], "<") if character == "<" else (self._tag, "")
            if not self._thinking:
                yield from held

    def _forget(self) -> None:
        # What stood before « </think> » was a thought.
        self._text, self._gap, self._lead, self._head, self._title = "", "", "", "", False

    # --- lines

    def _take(self, character: str) -> Iterator[str]:
        if self._fence:
            # The rest of a fence's line names a language.
            self._fence = character != "\n"
        elif character.isspace() and not self._head:
            self._gap += character
            if character == "\n":
                self._head = ""
        elif self._head is None:
            yield from self._add(character)
        else:
            self._head += character
            if not _may_be_head(self._head):
                head, self._head = self._head, None
                yield from self._resolve(head)

    def _resolve(self, head: str) -> Iterator[str]:
        """Begin a line whose nature is now known."""
        if head.startswith(_FENCES):
            yield from self._break()
            self._fence, self._head, self._gap = not head.endswith("\n"), "", ""
            return
        found = _ITEM.match(head)
        if found or self._breaks(head):
            yield from self._break(item=bool(found and found.group(1)))
        if found:
            self._title = head.startswith("#")
            # A line of a bullet alone ends at once.
            self._head = "" if found.group().endswith("\n") else None
            head = head[found.end() :]
        for character in head:
            yield from self._take_text(character)

    def _take_text(self, character: str) -> Iterator[str]:
        if character == "\n":
            self._head = ""
        if character.isspace():
            self._gap += character
        else:
            yield from self._add(character)

    def _breaks(self, head: str) -> bool:
        """Say whether a plain line begins a new sentence, or goes on with the one before."""
        if self._title or not self._text:
            return self._title
        if head[0].islower() or head[0] in ",;:.!?…)»":
            return False
        apart = self._gap.count("\n") > 1
        if head[0] == "[":
            return apart or bool(_ENDS_MARKED.search(self._text) or _MARKED_FIRST.match(self._text))
        return apart or bool(_COMPLETE.search(self._text)) or _introduces(self._text)

    def _break(self, item: bool = False) -> Iterator[str]:
        """End the sentence being written; one that ends with a colon introduces the items that follow."""
        if item and _introduces(self._text):
            self._lead, self._text = self._text, ""
        else:
            yield from self._flush()
            if not item:
                self._lead = ""
        self._title = False
        self._gap = ""
        if item and self._lead:
            self._text, self._gap = self._lead, " "

    # --- sentences

    def _add(self, character: str) -> Iterator[str]:
        if self._gap and self._text:
            candidate = f"{self._text} {character}"
            if character == "[":
                end = len(self._text) if self._has_its_marks() else None
            else:
                end = self._end(candidate) if _OPENS.match(character) else None
            if end is not None:
                self._text = candidate[:end]
                yield from self._flush()
                self._text = character
            else:
                self._text = candidate
        else:
            self._text += character
        self._gap = ""

    def _has_its_marks(self) -> bool:
        """Say whether the sentence is complete and a mark after it is the next one's."""
        first = _MARKED_FIRST.match(self._text) and _COMPLETE.search(self._text)
        return bool(first or _MARKED.search(self._text))

    def _end(self, candidate: str) -> int | None:
        found = next((match for match in _END.finditer(candidate) if match.end() == len(candidate) - 2), None)
        if found is None:
            return None
        before = candidate[: found.end()]
        if before.count("«") > before.count("»"):
            return None
        point = candidate[: found.start() + 1]
        marked = found.group().rstrip(".!?…") != ""
        return None if not marked and _ABBREVIATION.search(point) else found.end()

    def _flush(self) -> Iterator[str]:
        said, self._text = self._text.strip(), ""
        # A rule between two paragraphs says nothing, nor does a mark alone.
        if said != self._lead and not _ONLY_MARKS.fullmatch(said):
            yield said


def _introduces(text: str) -> bool:
    return text.rstrip("*_ ").endswith(":")


def _may_be_head(head: str) -> bool:
    """Say whether more characters are needed to know how a line begins."""
    if any(fence.startswith(head[:3]) for fence in _FENCES):
        return len(head) < 3
    return bool(_PART_OF_ITEM.fullmatch(head))


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a whole text.

    >>> split_sentences("La CPTS porte l'action [1]. Deux ans (art. 5) sont prévus. [2][3] Rien d'autre")
    ["La CPTS porte l'action [1].", 'Deux ans (art. 5) sont prévus. [2][3]']
    """
    sentences = Sentences()
    return [*sentences.feed(text), *sentences.close()]
