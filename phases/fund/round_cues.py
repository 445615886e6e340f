"""Words that say who put money into whom: what stands before a list of investors, and what stands behind one. Pure.

A cue is followed, or preceded, by an enumeration of names. Nobody is an investor without one: an arranger, a counsel,
a lender or a customer stands beside other words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from phases.fund.organisations import Item, Listed, described

_ROUND_NOUN = (
    r"(?:round|financing|funding|fundraising|raise|fundraise|investment|syndicate|Series\s[A-Z](?:-?\d)?"
    r"|transaction|deal|recapitali[sz]ation|syndication)"
)
ROUND_NAME = re.compile(
    r"\b(?P<name>(?:[Pp]re-)?[Ss]eries [A-K](?:-?\d{1,2})?(?:[- ](?:extension|[Pp]refunding|[Pp]rime))?"
    r"|(?:[Pp]re-)?[Ss]eed(?=\s(?:round|financing|funding|investment|extension|stage))"
    r"|(?:growth|bridge|mezzanine|venture|follow-on|expansion|extension|crossover|pre-IPO|late-stage|early-stage"
    r"|equity|strategic|initial|first|last|latest|insider|up|down|A|B|C|D)"
    r"(?= (?:equity )?(?:round|financing round|funding round|financing)\b)|(?:investment|funding|financing"
    r"|fundraising)(?= rounds?\b))"
)
ROUND = re.compile(
    rf"{ROUND_NAME.pattern}|\b(?:round|financing|fundraise|fundraising|funding round|equity raise|capital raise)\b"
)
DEBT = re.compile(
    r"(?i)\b(?:credit (?:facility|agreement|line)|loan|term debt|debt (?:facility|financing|funding|round)|lender"
    r"|line of credit|"
    r"revolv\w+|mortgage|bond|notes? payable|borrow\w*|lease)\b"
)
EQUITY = re.compile(r"(?i)\b(?:equity|series [a-k]|preferred|seed|venture round|funding round|led (?:by|the))\b")
UNCERTAIN = re.compile(
    r"\b(?:may|might|could|would|should|intends? to|plans? to|expects? to|seeks? to|from time to time|typically"
    r"|generally|often"
    r"|is in talks|are in talks|reportedly|rumou?red|if|whether|hypothetical|in discussions|considering)\b"
)
RAISED = re.compile(
    r"\b(?:clos(?:ed|es|ing)|complet(?:ed|es|ion)|rais(?:ed|es|ing)|secur(?:ed|es)|announc(?:ed|es|ing)|receiv(?:ed"
    r"|es)|obtain(?:ed|s)|finaliz(?:ed|es)|finalis(?:ed|es)"
    r"|rounded off|attracted|landed|sealed|collected)\b"
)

BEFORE = re.compile(
    r"""(?x)
    (?P<lead>\b(?:(?:co-?|jointly\ |again\ )?led(?:\ (?:jointly|again))?\ by|headed\ by|spearheaded\ by
      |anchored\ by|with\ lead\ investors?
        |lead\ investors?\ (?:was|were|is|are|being|included?)|under\ the\ lead(?:ership)?\ of
        |[Ll]ead\ [Ii]nvestors?\s?:))
    | \bparticipation\ (?:from|by|of)
    | \bjoined\ by | \bsupported\ by | \bjoining | \balongside(?:\ of)? | \bside\ by\ side\ with
    | \bco-?invest(?:ed|ing|ment|ments|s)?\ (?:alongside|with|together\ with)
    | \binvest(?:ed|ing|ment|ments)\ (?:\w+\ ){0,4}?(?:together\ with|along\ with|alongside|jointly\ with
      |in\ partnership\ with)
    | \b(?:in\ which|where)\ (?:the\ Fund|we|the\ Partnership)\ (?:\w+\ ){0,3}?(?:joined|partnered\ with
      |together\ with)
    | \b(?:[Cc]o-?[Ii]nvestors?|[Ii]nvestors?|[Ss]yndicate|[Ss]hareholders|[Bb]ackers|[Pp]articipants)
        (?:\ (?:in|of)\ (?:(?:the|this|its|that)\ (?:\w+\ ){0,3}?(?:round|financing|company|syndicate|funding)
          |[A-Z][\w.&-]*(?:,?\ [A-Z][\w.&-]*){0,3}))?,?
        \ (?:(?:which|who)\ )?(?:also\ |already\ |now\ )?(?:includ(?:ing|ed|es|e)\b
          |comprised|comprising|consist(?:s|ed|ing)\ of|such\ as|are|were|being|of)
    | \b(?:syndicate|consortium|group)\ of\ (?:\w+\ ){0,3}?investors?,?\ (?:including|comprising|such\ as
      |consisting\ of|made\ up\ of)
    | \b(?:syndicated?|partnered|shared)\ with
    | \b(?:[Cc]o-?[Ii]nvestors?|[Oo]ther\ [Ii]nvestors|[Kk]ey\ [Ii]nvestors|[Mm]ajor\ [Ii]nvestors|[Ss]yndicate)\s?:
    | \bbacked\ (?:\w+\ )?by | \bfunded\ by | \bsubscribed\ (?:\w+\ )?by | \bunderwritten\ equally\ by
    | \b(?:funding|financing|capital|investments?|round|equity|commitments?|money|[Mm]illion|[Bb]illion|[mM]|bn
      |Series\ [A-Z]\d?)\ (?:\w+\ )?from
    | \binvestments?\ by
    | \b(?:new|additional|existing|returning|founding|strategic|lead)\ (?:outside\ |institutional\ )?(?:investors?
      |backers?|shareholders?)(?=\ [A-Z0-9a])
    | \bwith\ (?=[^.;]{2,120}?\ (?:also\ |all\ |both\ )?(?:participating|joining|co-?investing|contributing
      |co-?leading|following\ on|investing)\b)
    """
)
AFTER = re.compile(
    rf"""(?x)
    (?:\s?\([^()]{{1,60}}\))?\s?(?:,\s(?:which|who)\s)?(?:(?:also|each|both|all|jointly|together|again|recently|previously|subsequently
      |in\ turn|has|have|had)\s){{0,2}}
    (?: (?P<lead>(?:co-?)?(?:led|leads|leading|headed|spearheaded|anchored)\s(?:\w+\s)?(?:the|this|that|an?|its
      |their|the\ company's|[\w’']+[’']s)?\s?(?:[\w$€£.,’'-]+\s){{0,6}}?{_ROUND_NOUN}
          |(?:was|were|acted\ as|served\ as|as)\s(?:the\s|a\s)?(?:co-)?lead\sinvestors?)
      | participat(?:ed|es|ing)\b(?!\srate) | took\ part\b
        | joined\s(?:existing\s|current\s|fellow\s)?(?:backers|investors|shareholders)\b
        | joined\s(?:\w+\s){{0,2}}?(?:as\s(?:an?\s)?(?:new\s)?(?:investor|shareholder|co-investor)
          |(?:in\s)?(?:the|this|its)\s(?:\w+\s){{0,3}}?{_ROUND_NOUN})
      | joining\b | co-?invest(?:ed|ing|s)\b | contributing\b | following\ on\b
      | invest(?:ed|s|ing)\s(?:alongside|with\sthe\sFund|together\swith|in\s(?:the|this
        |its)\s(?:\w+\s){{0,3}}?{_ROUND_NOUN}|(?:US)?[$€£]\s?\d)
      | (?:are|were|is|was|remain|became)\s(?:also\s)?(?:the\s|an?\s)?(?:\w+\s)?(?:co-?)?(?:investors?
        |shareholders|backers)\b
      | contributed\s(?:to\sthe\s(?:round|financing)|[$€£]) | followed\son\b | re-?invested\b
        | purchased\s(?:\w+\s){{0,4}}?(?:Series\s[A-Z]|preferred)
    )"""
)
# What the last name of a list does when it is no investor
ROLE = re.compile(
    r"(?i)[,;]?\s(?:\([^()]*\)\s)?(?:(?:and|who|which|each|both|also|has|have)\s){0,2}"
    r"(?:act(?:ed|ing|s)\b|serv(?:ed|ing|es)\b|advis(?:ed|ing|es|ors?)\b|(?:was|were|is|are)\s(?:the\s"
    r"|an?\s)?(?:\w+\s){0,2}?(?:placement|legal|financial|exclusive|counsel|arranger|advis[eo]r|"
    r"bookrunner|underwriter|lender|agent|auditor|administrator|custodian)|as\s(?:the\s|an?\s"
    r"|its\s)?(?:\w+\s){0,2}?(?:placement|legal|financial|exclusive|counsel|arranger|advis[eo]r|bookrunner|"
    r"underwriter|lender|agent)|provided\s(?:\w+\s){0,3}?(?:legal|financial|debt|loan|advice|credit|a\s(?:loan"
    r"|credit))|arrang(?:ed|ing)\b|represent(?:ed|ing)\b|structured\b|underwr)"
)
LED_ROUND = re.compile(
    r"(?P<name>[A-Z][\w&. ]{1,40}?)-led (?:\w+ ){0,3}?(?:round|financing|funding|Series"
    r"|investment|syndicate)"
)


class Cued(NamedTuple):
    """Investors that a cue names; `lead` says that they led the round. `start` is where the cue or its list begins."""

    names: list[str]
    start: int
    end: int
    cue: str
    lead: bool = False


def found(sentence: str, groups: list[Listed]) -> list[Cued]:
    """What the cues of a sentence say, in order."""
    cued = [*_after_cues(sentence, groups), *_before_cues(sentence, groups)]
    return sorted(cued, key=lambda one: one.start)


def _after_cues(sentence: str, groups: list[Listed]) -> list[Cued]:
    """Lists that follow a cue: "led by A", "with participation from B and C"."""
    cued = []
    for match in BEFORE.finditer(sentence):
        rest = _following(sentence, match.end(), groups)
        if rest:
            names = _investors(sentence, rest)
            if names or any(item.kind == "self" for item in rest):
                lead = _leading(sentence, rest, names) if match["lead"] else None
                cued += _split(names, lead, match.start(), rest[-1].end, match.group())
    return cued


def _split(names: list[str], leading: int | None, start: int, end: int, cue: str) -> list[Cued]:
    """In "led by A, with participation from B" only A leads, though both stand in one list."""
    if leading is None:
        return [Cued(names, start, end, cue)]
    parts = [Cued(names[:leading], start, end, cue, lead=True)]
    return parts + ([Cued(names[leading:], start, end, cue)] if names[leading:] else [])


def _leading(sentence: str, listed: list[Item], names: list[str]) -> int:
    """How many of the names, from the first, led: up to "with participation from" or "joined by"."""
    count = 0
    for one, following in zip(listed, [*listed[1:], None], strict=True):
        count += one.kind == "name"
        gap = sentence[one.end : following.start] if following else ""
        if re.search(
            r"\b(?:with|participation|joined|alongside|along|together|from|followed|included|as well as)\b"
            r"|[a-z]{4}",
            gap,
        ):
            break
    return min(count, len(names))


def _following(sentence: str, place: int, groups: list[Listed]) -> list[Item]:
    """The items of the list that begins at a place, with nothing but description before it."""
    for group in groups:
        inside = [item for item in group.items if item.start >= place]
        if inside:
            first = inside[0]
            return inside if described(sentence, place, first.start) or first.start - place <= 1 else []
    return []


def _before_cues(sentence: str, groups: list[Listed]) -> list[Cued]:
    """Lists that a verb follows: "A led the round", "B and C participated"."""
    cued = []
    for group in groups:
        match = AFTER.match(sentence, group.end)
        if match and group.names:
            names = _investors(sentence, list(group.items), check_role=False)
            cued.append(Cued(names, group.start, match.end(), match.group().strip(), match["lead"] is not None))
    led = LED_ROUND.finditer(sentence)
    return cued + [
        Cued(
            [re.sub(r"\A(?:An?|The|Its|This|Our) ", "", match["name"].strip())],
            match.start(),
            match.end(),
            "-led",
            lead=True,
        )
        for match in led
    ]


def _investors(sentence: str, listed: list[Item], *, check_role: bool = True) -> list[str]:
    """The names of a list; the last one is left out when it only arranged, advised or lent."""
    names = [item for item in listed if item.kind == "name"]
    if check_role and names and names[-1] is listed[-1] and ROLE.match(sentence, names[-1].end):
        names.pop()
    return list(dict.fromkeys(item.text for item in names))
