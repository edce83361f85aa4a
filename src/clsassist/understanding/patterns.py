"""The words and turns of French questions, as patterns: what is asked, how numbers and roles are said."""

from __future__ import annotations

import re

from clsassist.records import Role
from clsassist.text import french

NUMBER = french(
    r"\b(?:fiches?(?:[- ]actions?)?|actions?|leviers?)\s*(?:n\s?[°o]\s?|numéros?\s)?"
    r"(?P<list>\d{1,3}(?:\.\d+)*(?:\s*(?:,|\bet\b|\bou\b|\bà\b)+"
    r"\s*(?:la |les )?(?:fiches? |actions? )?\d{1,3}(?:\.\d+)*)*)(?!\d)"
    r"(?!\s*(?:%|ans|mois))"
)
NUMBER_RANGE = re.compile(r"\b(\d{1,3})\s*à\s*(?:la )?(\d{1,3})\b")
SHORT_NUMBER = re.compile(
    r"\bF(?P<first>\d{1,2})\b|\b(?:la|le|n°)\s*(?P<second>\d{1,2})\b(?!\s*(?:%|ans|mois|actions|fiches))"
)
AXE = french(
    r"\baxes?\s+(?:stratégiques?\s+)?(?:n°\s*)?(\d{1,2})\b"
    r"(?:(?:\s*[:,«»-]*\s*(?!et\b|ou\b)\w+){0,4}?\s*[«»]?\s*(?:du|de la|de l['’]|des)\s*"
    r"(?P<scheme>PRSE|PRS|projet régional de santé"
    r"|plan régional santé[- ]environnement)\b)?"
)
YEAR = re.compile(r"\b(20[0-4]\d)\b")
STARTS = french(r"\b(?:commenc|début|démarr|lancé)\w*")
ENDED = french(
    r"\b(?:est|sont|sera|seront|actions?|fiches?)(?:-\w+)? (?:déjà |bien )?(?:terminée?s?|finie?s?|achevée?s?)\b"
)
ENDS = french(r"\b(?:finiss|termin|ach[eè]v|prennent fin|jusqu)\w*")
ACRONYM_ALONE = re.compile(r"^\W*(?:l['’]|la |le |les |un |une )?([A-Za-zÀ-ÿ.]{2,12}(?:-[A-Z]{2})?|\d{3} MG)\W*$")
DEFINITION = french(
    r"(?:(?:que |ça |ca |cela |qui )?(?:veut|veulent) dire(?: quoi)?"
    r"|c['’ ]?est quoi|qu['’ ]?est[- ]ce que?(?: c['’]est)?(?: que)?|signifi\w+|sigle"
    r"|définition|définir|acronyme|qu['’]entend-on par|correspond(?:ent)? (?:à|au)|what is|what does|mean\b)"
)
# What a definition is asked of: « une maison de santé ».
TERM = french(r"^\W*(?:un |une |la |le |l['’]|les |des |d['’])(?P<term>[^?!.,]+?)\W*$")
# Politeness, and questions about the assistant itself.
THANKS = french(
    r"^\W*(?:(?:ok|oui|d['’]accord|très bien|c['’]est)[\s,]+)?(?:merci|thanks?|thank you|super|parfait|génial|top)\b"
)
LEAVE = french(r"^\W*(?:au revoir|bonne (?:journée|soirée)|à bientôt|bye|adieu)\b")
HELP = french(
    r"^\W*(?:(?:ok|oui|d['’]accord|très bien|c['’]est|(?:bonjour|salut|hello)[,!]?)[\s,]+)?"
    r"(?:bonjour|bonsoir|salut|coucou|hello|hi|merci|thanks?|thank you|aide[rz]?(?:[- ]moi)?|help|ok|[çc]a va"
    r"|(?:tu |vous )?(?:peux|pouvez)(?:[- ](?:tu|vous))? m['’]aider|t['’]es qui|c['’]est quoi ton nom"
    r"|au secours|au revoir"
    r"|bonne (?:journée|soirée)|à bientôt|bye|super|parfait|qui es[- ]tu|qui êtes[- ]vous|tu es qui"
    r"|que (?:sais|peux|pouvez|savez)[- ](?:tu|vous) faire|tu (?:sais|peux) faire quoi"
    r"|qu['’]est-ce que (?:tu sais|tu peux|vous pouvez"
    r"|vous savez) faire"
    r"|comment (?:ça|ca) (?:marche|fonctionne)|comment t['’]utiliser|à quoi (?:sers|servez)[- ](?:tu|vous)"
    r"|es[- ]tu (?:un robot|une ia|une intelligence artificielle))"
    r"\b[\s,!.?]*(?:beaucoup|bcp|mille fois|à tous|bien|pour tout|c['’]?est parfait|c parfait|super|top|parfait|!|\.|\?"
    r"|\s)*\W*$"
)
SET_NOUN = french(r"\b(?:actions|fiches|leviers|mesures|projets|dispositifs|initiatives)\b")
SET_ONE = french(
    r"(?:\b(?:quelles?|quels?|which|(?<!est )(?<!sont )(?<!bien )(?:une|un)|d['’]|aucune?)\s+(?:autre\s+)?"
    r"|^\W*(?=\w+ (?:sans|avec|pour|qui|dont)\b))(?:action|fiche|levier|mesure|projet|initiative)s?\b"
    r"|^\W*(?:et )?(?:laquelle|lequel|lesquel(?:le)?s)\b"
)
FIGURE = french(
    r"\b(?:combien|pourcentage|proportion|taux|part des|quel(?:le)? (?:nombre|chiffre|montant|somme)"
    r"|how many)\b|^\W*nombre d"
)
NUMBER_OF = french(r"^\W*(?:quel est le )?nombre d")
# What asks for a synthesis rather than a list.
OPEN = french(
    r"\bque (?:prévoi\w+|fait[- ]on|font|dit|disent|propose\w*|contien\w+)\b|\bqu['’]est[- ]il (?:prévu|fait)"
    r"|\bqu['’]est-ce qui est (?:prévu|fait)"
    r"|\bqu['’]y a[- ]t[- ]il\b|^\W*(?:et )?comment\b(?! (?:s['’]appel|est|sont|ser))"
    r"|\bquelles? (?:sont les )?(?:solutions?|réponses|pistes|grandes lignes|priorités)\b"
    r"|^\W*pourquoi\b|\brésum\w+|\ben quoi consiste|\bparle[zr]?[- ]moi\b|\bprésente[zr]?\b"
    r"|\bquels (?:sont les )?enjeux\b|\bsynthèse\b"
    r"|\bwhat does\b.*\bplan\b|\bhow (?:to|do|does)\b"
)
# An action presented as a whole.
PRESENTS = french(r"\brésum\w+|\ben quoi consiste|\bparle[zr]?[- ]moi\b|\bprésente[zr]?\b|\bsynthèse\b")
# A denied verb explains or asks, it leaves nothing out: « pourquoi les médecins ne restent-ils pas ? ».
WHY = french(r"^\W*(?:pourquoi|comment|qu['’]est-ce qui)\b")
# « ne vise-t-il pas les adultes ? » asks the same as « vise-t-il les adultes ? ».
RHETORICAL = french(r"\bn(?:e |['’])(?P<verb>\w+-(?:t-)?(?:ils?|elles?|on)) pas\b")
# « où l'ARS n'est-elle pas partenaire ? » is no such turn: what is asked is where it is not.
ASKS_WHICH = french(r"^\W*(?:et |mais )?(?:(?:dans|pour|sur|à|parmi|par) )?(?:où\b|quel|lesquel|combien)")
# Asks whether it is done, where a plan says what is to be done.
DONE = french(
    r"\bdéjà\b|\ben (?:place|ligne|service|route)\b|\ba(?:-t-\w+)? eu lieu\b|\bexiste(?:nt)?-t-\w+ (?:déjà|encore)\b"
    r"|\b(?:est|sont)(?:-\w+)? (?:décidée?s?|signée?s?|lancée?s?|ouverte?s?|réalisée?s?|créée?s?|construite?s?)\b"
)
# « n'apparaît pas », said of what stands before it.
DENIED_AFTER = french(r"^\s*n(?:e |['’])(?:est |a |sont |ont )?\w+ pas\b|^\s*n(?:e |['’])\w+ pas\b")
NEGATION = french(r"\b(?:sans|sauf|hors|excepté|pas|aucune?|ni|hormis)\b")
# « dont le référent est vide »: said of a field.
EMPTY = french(r"\b(?:vides?|(?:non|pas) (?:renseign|rempl|précis|indiqu)\w+|manquant\w*|absente?s?)\b")
TO_CONTACT = french(
    r"(?<!pas )(?<!non )\b(?:à|a|encore à|restant à|reste à) contacter\b|\bpas encore (?:engag|contact)\w+"
    # « être contacté » is what awaits a partner; « qui contacter » asks for a person.
    r"|(?<!pas )(?<!non )\bêtre (?:encore |aussi )?contacté\w*"
    r"|(?<=partenaires )identifiés?\b|(?<=structures )identifiées?\b|(?<=acteurs )identifiés?\b"
)
ENGAGED = french(
    r"\bdéjà (?=partenaires?\b)|(?<=participent-ils )déjà\b|(?<=participent-elles )déjà\b"
    r"|\b(?:pas|non) à contacter\b|\b(?:déjà )?engagé+s?\b|\bconfirmé+s?\b"
)

# A capitalised word behind one of these names a place: « à Strasbourg ».
PLACE_PREPOSITIONS = frozenset({"a", "en", "sur", "dans", "pres", "autour"})

# Words that give the role of the organisation beside them.
ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (Role.PILOTE, french(r"\b(?:co-?)?pilot(?:e|es|ée?s?|er|ent|age)\b")),
    (
        Role.PORTEUR,
        french(
            r"\bport(?:ée?s?|eurs?|euses?|ent|er)\b(?!\s+sur)|\bmen(?:ée?s?|er|ent)\b(?! (?:en|avec)\b)"
            r"|\bchefs? de file\b|\bresponsables?\b"
        ),
    ),
    (Role.FINANCEUR, french(r"\bfinanc(?:ée?s?|ent|eurs?|er)\b|(?<=sans )financements?\b(?= (?:de|du|des|d['’]|par))")),
    (Role.PARTENAIRE, french(r"\bpartenaires?\b|\bpartenariats?\b|\bpartners?\b")),
)
# Words that make even a common noun an organisation: « où les lycées sont-ils partenaires ? ».
TAKES_PART = french(r"\b(?:partenaire|contacter|intervien|engag|particip|impliqu|associ|porté|pilot|financ)\w*")
# A clause has its own role: « dont la MSA est partenaire », « mais pas porteur »; so has what a verb of its own says:
# « sont portées par », « ont l'ARS comme partenaire », « que l'ARS finance ».
CLAUSE = french(
    r"\b(?:dont|où|mais|(?<!lien )(?<!partenariat )(?<!partenariats )avec|et qui|et que|et dont|et où|sauf|sans que"
    r"|alors que|tandis que)\b"
    r"|,\s*(?=pas\b)|\bet (?=n(?:e\b|['’]))|\bet (?=sont\b|ont\b)|\ben partenariats? (?=avec\b)"
    r"|\bsans (?=l['’]|l[ae]s?\b|être\b|partenariats? avec\b|financements? (?:de|du|des|d['’]|par))"
    r"|(?<!ne )(?<!n['’])(?<!et )\b(?:sont (?=(?:co-?)?(?:port|pilot|financ|men)é)"
    r"|ont (?=l['’]|l[ae]s?\b|pour\b|comme\b))"
    r"|(?<!est-ce )(?<!et )(?<!sans )(?<!alors )(?<!tandis )(?<!ainsi )\bque (?=l['’]|l[ae]s?\b)"
)
# « les actions du PETR » are those it carries.
OF_ORGANISATION = french(r"\b(?:actions?|fiches?|leviers?|mesures?|projets?) (?:du |de la |de l['’]|des |de )$")
# « les actions communes à Saverne et… » are no communes.
COMMON_TO = french(r"\bcommune?s? (?:à|aux?|entre)\b")
# « que la CPTS ne porte pas », « n'est pas partenaire ».
DENIED = french(r"\bn(?:e\b|['’])[^,;]*?\b(?:pas|jamais)\b")
# What ends the reach of a denied verb.
CLAUSE_BREAK = french(r"\b(?:et|mais|qui|dont|où)\b|[,;]")
# « la CPTS seule », « uniquement par la CPTS ».
ALONE = french(
    r"\b(?:tout )?seule?s?\b(?!\s*(?:action|fiche|fois))|\b(?:uniquement|seulement|exclusivement) (?=par\b)"
    r"|\bsans (?:co-?pilote|copilote|autre pilote|autre porteur)\b|\bn(?:e |['’])(?:est|sont) \w+ que (?=par\b)"
)
# « qui pilote… », « quels sont les partenaires… »: the role is what is asked, not a restriction.
ASKS_WHO = french(r"(?:\bqui|\bquels? (?:est|sont) (?:le|la|les|l['’])|\bquels?)\s*(?:co-?)?$")
# « n'ont pas de partenaire », « sans financeur »: the field is empty, nobody has the role or lacks it.
LACKS = french(r"\b(?:pas (?:de |d['’])|aucune? |sans )$")
LACKED = french(r"(?:partenaire|financeur|porteur|pilote)s?")
QUESTION_WORD = french(r"\b(?:où|ou|quels?|quelles?|quoi|qui|comment|combien|quand|pourquoi|lesquel\w+)\b")
# « est elle », « pilote t il »: an inverted subject typed without its hyphens.
_INVERTED = french(
    r"\b(?P<verb>est|sont|a|ont|fait|font|peut|doit|doivent|vise|visent|concerne|concernent|participe|participent"
    r"|prévoit|prévoient|y a|existe|\w+(?=[ -]t[ -](?:il|elle|on)\b))(?P<t>[ -]t)?[ -](?P<who>ils?|elles?|on)\b"
)


def with_hyphens(text: str) -> str:
    """Return a question with the hyphens that people leave out, each letter at its place.

    >>> with_hyphens("la CPTS est elle pilote ? l'ARS finance t elle ?")
    "la CPTS est-elle pilote ? l'ARS finance-t-elle ?"
    """
    return _INVERTED.sub(
        lambda found: found.group("verb") + (found.group("t") or "").replace(" ", "-") + "-" + found.group("who"), text
    )


# Verbs that say nothing beside their subject and object: « quels engagements a pris… », « … qu'il s'est fixés ».
# « pris en charge », « pris en compte » say what is done.
LIGHT_VERB = french(
    r"\b(?:ai|as|a|avons|avez|ont)(?:-(?:t-)?(?:je|tu|ils?|elles?|on|nous|vous))?\s+(?:été\s+)?(?:(?:déjà|bien|aussi)\s+)?"
    r"(?:pris(?:es?)?|souscri(?:te?)?s?|contractée?s?|assumée?s?|mis(?:es?)?(?= (?:en|sur)\b))\b"
    r"(?! en (?:charge|compte)\b)"
    r"|\b(?:s['’](?:est|étai\w+)|se sont)(?:-(?:ils?|elles?|on))?\s+(?:donnée?s?|fixée?s?|assignée?s?|attribuée?s?)\b"
    r"|\b(?:se|s['’])\s?(?:donn|fix|assign)e(?:nt)?\b(?:-(?:t-)?(?:ils?|elles?|on)\b)?"
    r"|\b(?:prend|prennent)\b(?! en (?:charge|compte)\b)|(?<=engagements )(?:pris|souscrits|donnés|contractés)\b"
)
# Turns that only link (« auprès des »), or say in what form an answer is wanted (« synthèse des… »).
LINKING = french(
    r"\bauprès (?=d)|\benvers\b|\bà l['’](?:intention|égard|attention) (?=d)|\bau (?:profit|sein) (?=d)"
    r"|\bgrâce (?=à|aux?\b)|\bquant (?=à|aux?\b)|\ben (?:bref|résumé|deux mots|quelques mots)\b"
    r"|\bsynthétis(?:e[rz]?|ons)\b|\bfai(?:s|tes|sons) le point\b"
    r"|\b(?:synthèse|aperçu|panorama|tour d['’]horizon|vue d['’]ensemble|récapitulatif|résumé)s?\s*"
    r"(?=(?:de|des|du|sur)\b|d['’]|:|$)"
)
# « quels plans sont disponibles ? » asks for the plans, not for what is available.
AT_HAND = french(
    r"\b(?:quels|les|liste des) (?:documents|plans|contrats|fichiers|cls)"
    r"(?: (?:sont|déjà|peut-on|peux-tu|puis-je|pouvez-vous|as-tu|avez-vous|avons-nous|tu|vous|on))*"
    r" (?P<said>disponibles?|consultables?|accessibles?|consulter|lire|interroger|connaissez|connais|lus?|indexés?"
    r"|chargés?|intégrés?)\b(?! (?:aux?|par|avec|en) )"
)
INVERTED_SUBJECT = french(r"-(?:t-)?(?:ils?|elles?|on)\b")
YES_NO_FORM = french(r"^est-ce qu|\b\w+(?:-t)?-(?:il|elle|ils|elles)\b")
# Closed questions of the forms: field, and what in a question asks for a « yes ».
YES_NO = {"participation", "inegalites"}

# A plan is no organisation, whoever runs it; « je coordonne la CPTS » asks for the CPTS.
RUNS_A_PLAN = (
    r"(?:coordonn|anim|pilot|dirig|gèr|gér)\w* (?:une?|le|notre|mon) "
    r"(?:cls|contrats?(?: loca\w+ de santé)?|plan(?: loca\w+)?(?: (?:de )?santé)?)\b"
)
# What comes before the question itself: a greeting, who is asking, « je cherche ».
PREAMBLE = french(
    r"^\s*(?:(?:bonjour|bonsoir|salut|coucou|hello|madame|monsieur)\b"
    r"(?:[ ,]+(?:madame|monsieur|mesdames|messieurs|à (?:tous|toutes|vous)|et))*[,.!;:]?\s+)?"
    r"(?:(?:je |nous |j['’])(?:(?:suis|sommes|travaill\w+(?! (?:sur|à une?)\b)|viens|venons|représent\w+)\b"
    rf"|{RUNS_A_PLAN})[^,.;:]*?"
    r"(?:[,.;:]\s*|\s+(?=et (?:je|nous|on|j['’]))))?"
    r"(?:(?:une |j['’]ai une )?(?:petite |rapide |simple )*question(?: rapide| simple)?(?: avant [^,:;.]{1,40})?"
    r"\s*[,:;.]\s*)?"
    r"(?:(?:mon|ma|mes|notre|nos|une?)(?: \w+){1,3} (?:m['’]|me |nous )(?:a|ont|avait|disait|disent)(?: dit)? que\s+)?"
    r"(?:(?:et|donc|alors)\s+)?"
    r"(?:(?:je|nous|on)\s+(?:re)?cherch\w+\s+"
    r"|(?:j['’]|je |nous )(?:aimer\w+|voudr\w+|souhait\w+)\s+(?:bien\s+)?(?:savoir|connaître)\s+"
    r"|(?:peux[- ]tu|(?:pouvez|pourriez)[- ]vous|tu peux|vous p[ou]\w+|pourrais[- ]tu)\s+(?:s['’]il \w+ pla[iî]t\s+)?"
    r"(?:me |m['’]|nous )(?:dire|indiquer|donner|préciser|confirmer|expliquer|rappeler|lister)\s+"
    r"|dites[- ](?:moi|nous)\s+|dis[- ]moi\s+)?"
)
# Somebody who says what they are, not an organisation that asks for itself: « je suis maire d'une commune ».
PERSON = french(
    r"\b(?:je suis|nous sommes) (?:la |le |l['’]|les |une? )?(?:nouvel(?:le)? |nouveau )?(?:maires?|élue?s?|adjointe?s?"
    r"|conseill\w+|coordinat\w+|présidente?s?|agente?s?|chargée?s?|habitante?s?|direct(?:eur|rice)s?|médecins?"
    r"|secrétaires?|animat\w+|infirmi\w+|référente?s?)\b"
    rf"|\b(?:je |j['’]|nous ){RUNS_A_PLAN}"
)
# What is being written, before what it is about: « je prépare une fiche sur la télésanté : … ».
DRAFTING = french(
    r"^\s*(?:je|nous|on) (?:(?:suis|sommes|est) en train d(?:e |['’])|dois |devons |doit |vais |allons |va )?"
    r"(?:(?:prépar|mont|élabor|travaill)(?:e|ons|er)|rédig(?:e|eons|er)|écri(?:s|t|vons|re)|con(?:çoi[st]|cevons|cevoir)"
    r"|réfléchi(?:s|t|ssons|r))\b(?: (?:à|sur))?"
    r"(?: (?:une?|notre|nos|mon|ma|mes|la|le|des?))?(?: (?:nouve\w+|prochaine?s?|futu\w+))?"
    r"(?: (?:fiches?(?:[- ]actions?)?|actions?|projets?|contrat(?:s? loca\w+ de santé)?|cls|plan(?: santé)?))?\b"
)
# Words that only take the conversation up again: « bon alors, laquelle… », « merci, et dans le 79 ? ».
LEAD = french(
    r"^\W*(?:(?:merci|ok|super|parfait|bon|d['’]accord|très bien|alors|du coup|donc|bien)\b[\s,.!]*)+(?=\w{2})"
)
# What comes after it: thanks and farewells.
POSTAMBLE = french(
    r"[\s,.;:!?]+(?:(?:et )?merci(?: beaucoup| bien)?(?: d['’]avance| par avance)?|cordialement|bien à vous"
    r"|bonne (?:journée|soirée)|s['’]il (?:vous|te) pla[iî]t|svp|stp|je vous (?:en )?(?:serai|remerci)\w*[^,;.?]*"
    r"|(?:pouvez[- ]vous|tu peux|peux[- ]tu) (?:me |le |me le )?confirmer|c['’]est (?:bien )?(?:ça|vrai|exact|juste))"
    r"[\s!.?]*$"
)
# What this assistant does not do: it answers with the words of the documents.
CANNOT = french(
    r"^\W*(?:écri[st]|écrivez|rédige[rz]?|envo(?:ie|yez)|tradui[st]|traduisez|dessine[rz]?|calcule[rz]?|appelle[rz]?"
    r"|réserve[rz]?|imprime[rz]?|prépare[rz]?)(?:[- ](?:moi|nous|un|une|le|la|les))\b"
)

# « objectif 1.1 »: an objective of the plan, not a field of a fiche.
OBJECTIVE = french(r"\bobjectifs?\s+(?:n°\s*)?(\d+\.\d+)\b")
# « plus de 10 partenaires », « plusieurs pilotes », « copilotés », « un seul porteur »
LISTED_BOUND = french(
    r"\b(?:(?P<bound>plus|moins|au moins|au plus) (?:de |d['’])?(?P<number>\d+|deux|trois|quatre|cinq|dix)"
    r"|(?P<several>plusieurs|différents)|(?P<one>un seul|une seule))"
    r" (?P<what>partenaires?|(?:co-?)?pilotes?|porteurs?)\b|\b(?P<shared>co-?pilot(?:ée?s|age)|co-?portée?s)\b(?! par)"
)
NUMBERLESS = french(r"\b(?:sans numéro|non numérotée?s?|pas (?:de numéro|numérotée?s?))\b")
NUMBER_WORDS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10}
# A box that forms call by these very words: it excludes nothing.
OUTSIDE = french(
    r"\bhors\s+(?:les\s+)?(?:objectifs?\s+)?(?:du\s+)?"
    r"(?P<scheme>PRSE(?:\s*4)?|PRS|plan régional\b[\w\s]*|projet régional)"
)
# Where an action stands: only a « statut » field can tell.
STATE = french(
    r"\b(?:en cours|(?:déjà )?réalisée?s?|(?<!se )terminée?s?|achevée?s?|à venir|en retard|en pause"
    r"|abandonnée?s?|bloquée?s?|à discuter)\b(?!\s+(?:de|d['’]|avec|par))"
)
# « la case « X » est-elle cochée », « qui cochent X »: only boxes are asked about.
TICKED = french(r"\bcases?\b|\bcoch(?:ée?s?|e|ent|er|ant|ez)\b")
# What parts a box from « case » and « cochée » that are said of another.
TICKED_BREAK = french(r"\b(?:qui|dont|mais|où|ont|sont (?!coch)|(?:vis|cibl|concern|parl|port)(?:e|ent)|porté\w*)\b|;")
# « la case X n'est pas cochée », « X non coché », said of the box before.
UNTICKED = french(
    r"^[\s»)]*(?:n(?:e |['’])(?:est|sont|soit|soient|a|ont)\b[^,;.]{0,12}?\bpas coch\w+|(?:pas|non)[ -]coch\w+"
    r"|décoch\w+)"
)
# The kind of action that a form ticks, said beside « actions ».
KIND = french(
    r"\b(?:actions|fiches)\s+(?:qui\s+)?(?:sont\s+)?(?P<after>nouvelles|expérimentales|innovantes|existantes)\b"
    r"|\baction\s+(?:est-elle\s+)?(?P<one>nouvelle|expérimentale|innovante|existante)\b"
    r"|\b(?:sont|les)\s+(?:les\s+)?(?P<before>nouvelles|expérimentales|innovantes)\s+(?:actions|fiches)\b"
)
# Nothing but a demand for the whole list.
LISTS_ALL = french(
    r"^\W*(?:(?:donne[rz]?|montre[rz]?|liste[rz]?|affiche[rz]?|sont|toutes?|tous|les|la|liste|complète|moi|me|des|de"
    r"|quelles|quels|y a-t-il|existe-t-il|avez-vous|avons-nous|actions?|fiches?|leviers?|mesures?|projets?|du|dans|le"
    r"|corpus|documents?|plans?|contrats?|contien\w+|comport\w+|comptent?|ce|ces|votre|vos|which|list|all|the)"
    r"[\s?!.-]*)+$"
)
EITHER = french(r"\bou\b")
BOTH = french(r"\bet\b|\bainsi que\b|\bmais aussi\b|,")

# How years are joined: a stretch of time, one or the other, a bound.
YEAR_STRETCH = french(r"\bentre\s+20\d\d\s+et\s+20\d\d\b")
YEAR_BEFORE = french(r"\bavant\s+(?:l['’]année\s+)?20\d\d")
YEAR_AFTER = french(r"\b(?:après|apres|au-delà de)\s+(?:l['’]année\s+)?20\d\d")

# What says where an action takes place.
COVERS = french(r"\bcouvr\w+|\bterritoires?\b|\bs['’]étend\w*|\bpérimètres?\b")
# « visent les … »: who follows is a public, whatever its name.
JUST_TARGETED = french(
    r"\b(?:vis(?:e|ent|ant)|cibl(?:e|ent|ant)|s['’]adress\w+|destiné+s?|à destination)\s+"
    r"(?:à |aux? |des? |du |d['’])?(?:l['’]|la |les? )?$"
)
# Verbs and turns that say whom an action is for.
TARGETS = french(
    r"\b(?:vis(?:e|ent|ant)|cibl(?:e|ent|ant)|s['’]adress\w+|destiné+s? (?:à|aux?)|à destination d\w+|pour publics?"
    r"|bénéfici\w+|publics?)\b"
)
