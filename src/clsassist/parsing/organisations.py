"""Who takes part: organisations named in the lists of a fiche, in its labels and inside its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clsassist.lexicon import Lexicon
from clsassist.parsing.labels import HEADING_FIELDS, ORGANISATION_FIELDS, role_label
from clsassist.records import Field, Involvement, Item, Role, Span, Status
from clsassist.text import find_sequence, squeeze

# A contact written behind the organisation: a person, a function, an address.
_CONTACT = re.compile(
    r"\s*,\s*(?=(?:M\.|Mr|Mme|Madame|Monsieur|Dr|Pr)\s|[^,]*\b(?:coordinat|direct|chargée?|responsable|président)"
    r"|[^,]{0,120}@)|\s*[:,]?\s*(?<=\s)(?=\S{1,80}@\S)",
    re.IGNORECASE,
)
# Words that begin the name of an organisation: « et » before one of them parts two organisations.
_KINDS = (
    "Agence|Association|Atelier|Bailleur|Caisse|Centre|Clinique|Club|Collectif|Comité|Commune|Communauté|Conseil|Croix"
    "|Délégation|Département|Direction|École|Éducation|Espace|Établissement|Faculté|Fédération|France|Groupement"
    "|Hôpital|Institut|Lycée|Mairie|Maison|Métropole|Mission|Mutualité|Office|Ordre|Pôle|Préfecture|Région|Réseau|Service"
    "|Syndicat|Union|Université|Ville"
)
# Inside one line: « A, B / C et d ». « et » joins names of places (« Plaine et Plateau »), so it separates only
# before a common noun, a kind of organisation, or between two acronyms. A comma before a department of the same body
# (« Ville de…, service santé ») parts nothing.
_SEPARATOR = re.compile(
    r"\s*[,;]\s*(?!(?:service|direction|pôle|unité|cellule|antenne|délégation|département)\b)|\s*/\s*|\s+-\s+(?=[A-ZÀ-Ý])"
    r"|\s+et\s+(?!(?:de|d['’]|du|des|à|aux?)\b)(?=[a-zà-ÿ])(?!\S+(?:ique|ale?|aux|elle|ile|aire|ive|if|é|ée)s?(?:\s*[,;/(*]|\s*$))"
    r"|\s+et\s+(?=[A-ZÀ-Ý]{2,}\b)"
    rf"|\s+et\s+(?=(?:{_KINDS})s?\b)"
    r"|(?<=[A-Z]{2})\s+et\s+(?=[A-Z]{2})"
)
_ARTICLE = re.compile(
    r"^(?:repr[ée]sentants? (?:de la |de l['’]|des |du )|(?:la |le |les |l['’]|des |du |de la |d['’]))",
    re.IGNORECASE,
)
_LINK = re.compile(r"\s*\((?:https?://|www\.)[^()]*\)")
_OPEN_LIST = re.compile(r"(?:…|\.\.\.|\betc\b\.?)\s*$")
_EVERYBODY = re.compile(r"^(?:tous|toutes|l['’]ensemble)\b", re.IGNORECASE)
_INLINE_PILOT = re.compile(r"\(?\s*pilot[ée]?e?\s+par\s+(?:la |le |les |l['’])?(?P<who>[^()]+?)\s*\)", re.IGNORECASE)
# A name goes on with capitalised words: « CPTS Thur Doller », « Région Grand Est ».
_NAME_GOES_ON = re.compile(r"(?:[ -](?:d[eu]s? |de la |d['’])?[A-ZÀ-Ý][\w’'-]+)*")

_ROLE_WORDS = {
    "copilote": Role.PILOTE,
    "pilote": Role.PILOTE,
    "porteur": Role.PORTEUR,
    "partenaire": Role.PARTENAIRE,
}


def fields_to_involvements(
    action_id: str, fields: tuple[Field, ...], text: str, starred_to_contact: bool, lexicon: Lexicon
) -> Iterator[Involvement]:
    """Yield every organisation's part in one action, listed ones first, then those only mentioned."""
    seen: set[tuple[str, Role]] = set()
    for field in fields:
        for found in _field_involvements(action_id, field, text, starred_to_contact, lexicon):
            key = (found.organisation, found.role)
            if found.role is not Role.CITE or key not in seen:
                yield found
            seen.add(key)


def _field_involvements(
    action_id: str, field: Field, text: str, starred_to_contact: bool, lexicon: Lexicon
) -> Iterator[Involvement]:
    role = ORGANISATION_FIELDS.get(field.key)
    if role:
        listed = Role.PILOTE if "pilote" in field.label.lower() else role
        yield from _listed(action_id, field, listed, text, starred_to_contact)
        return
    if field.key in HEADING_FIELDS:
        return
    if field.key == "role_porteur":
        yield from _from_role_label(action_id, field, text)
    for item in field.items:
        yield from _inline_pilots(action_id, field, item, text)
        yield from _mentioned(action_id, field, item, text, lexicon)


def _listed(action_id: str, field: Field, role: Role, text: str, starred_to_contact: bool) -> Iterator[Involvement]:
    for item in field.items:
        inline = len(field.items) == 1 or _is_line_of_names(item.text)
        spans = item_to_organisations(item, text, inline=inline)
        for span in spans:
            words = span.of(text)
            name = organisation_name(words)
            # In « A, B, C* » only the last is marked.
            starred = words.rstrip().endswith("*") or (bool(item.mark) and len(spans) == 1)
            status = Status.TO_CONTACT if starred and starred_to_contact else Status.ENGAGED
            is_open = bool(_OPEN_LIST.search(words) or _EVERYBODY.match(name))
            if name:
                place = item.spans[0] if starred and len(spans) == 1 else span
                yield Involvement(name, role, status, action_id, field.key, place, item.page, is_open)


def _is_line_of_names(words: str) -> bool:
    """Tell « CD - ARS / CPAM », several names, from a bullet that holds a dash."""
    pieces = words.split(" - ")
    return "/" in words or (len(pieces) > 1 and all(len(piece.split()) <= 3 for piece in pieces))


def item_to_organisations(item: Item, text: str, *, inline: bool) -> list[Span]:
    """Cut one item into organisations: a bullet is one; a line « A, B / C » is several."""
    spans: list[Span] = []
    for whole in item.spans:
        contact = _CONTACT.search(text, whole.start, whole.end)
        end = contact.start() if contact else whole.end
        marks = _separators(text, whole.start, end) if inline else []
        starts = [whole.start, *[mark.end() for mark in marks]]
        ends = [*[mark.start() for mark in marks], end]
        spans.extend(Span(start, stop) for start, stop in zip(starts, ends, strict=True) if start < stop)
    return [span for span in spans if span.of(text).strip(" ….,;*")]


def _separators(text: str, start: int, end: int) -> list[re.Match[str]]:
    """List the separators of ``text[start:end]`` that stand outside brackets."""
    found, depth, checked = [], 0, start
    for mark in _SEPARATOR.finditer(text, start, end):
        between = text[checked : mark.start()]
        depth += between.count("(") - between.count(")")
        checked = mark.start()
        if depth <= 0:
            found.append(mark)
    return found


def organisation_name(words: str) -> str:
    """Clean the name of an organisation: no article, no star, no final mark.

    >>> organisation_name("représentants des intercommunalités …")
    'intercommunalités'
    """
    name = _LINK.sub("", squeeze(words)).strip(" *,;.…:")
    return _ARTICLE.sub("", name).strip()


def contact_span(item: Item, text: str) -> Span | None:
    """Return the part of a porteur's line that names a person, a function or an address."""
    for whole in item.spans:
        contact = _CONTACT.search(text, whole.start, whole.end)
        if contact:
            return Span(contact.end(), whole.end)
    return None


def _from_role_label(action_id: str, field: Field, text: str) -> Iterator[Involvement]:
    found = role_label(field.label)
    start = text.rfind(field.label, 0, field.span.end)
    if found and start >= 0:
        organisation, word = found
        span = Span(start, start + len(field.label))
        yield Involvement(organisation, _ROLE_WORDS[word], Status.ENGAGED, action_id, field.key, span, field.page)


def _inline_pilots(action_id: str, field: Field, item: Item, text: str) -> Iterator[Involvement]:
    for whole in item.spans:
        for match in _INLINE_PILOT.finditer(text, whole.start, whole.end):
            for name in re.split(r"\s*(?:\+|,|/|\bet\b)\s*", match.group("who")):
                yield Involvement(
                    organisation_name(name),
                    Role.PILOTE,
                    Status.ENGAGED,
                    action_id,
                    field.key,
                    Span(match.start("who"), match.end("who")),
                    item.page,
                )


def _is_adjective(words: str, place: Span, lexicon: Lexicon) -> bool:
    """Tell « une stratégie commune » from « la commune »: a common noun that follows another names nobody."""
    named = [token for token in lexicon.analyser.tokens(words) if place.start <= token.span.start < place.end]
    before = [token for token in lexicon.analyser.tokens(words) if token.span.end <= place.start]
    if len(named) > 1 or named[0].stem not in lexicon.common_names or not named[0].span.of(words).islower():
        return False
    beside = bool(before) and not words[before[-1].span.end : place.start].strip(" ")
    return beside and not before[-1].stop and before[-1].span.of(words).isalpha() and before[-1].form not in _EACH


# What may stand before the name of somebody, though it is no article.
_EACH = frozenset({"chaque", "toute", "toutes", "tous", "plusieurs", "certaines", "quelques"})


def _mentioned(action_id: str, field: Field, item: Item, text: str, lexicon: Lexicon) -> Iterator[Involvement]:
    role = Role.FINANCEUR if field.key == "financement" else Role.CITE
    for whole in item.spans:
        tokens = lexicon.analyser.content(whole.of(text))
        for actor in lexicon.actors_in(tokens):
            place = next((found for form in actor.stems if (found := find_sequence(form, tokens))), None)
            if place and not _is_adjective(whole.of(text), place, lexicon):
                start, end = whole.start + place.start, whole.start + place.end
                goes_on = _NAME_GOES_ON.match(text, end, whole.end)
                end = goes_on.end() if goes_on else end
                name, span = squeeze(text[start:end]), Span(start, end)
                yield Involvement(name, role, Status.ENGAGED, action_id, field.key, span, item.page)
