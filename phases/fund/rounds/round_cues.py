"""Words that say who put money into whom: what stands before a list of investors, and what stands behind one. Pure.

A cue is followed, or preceded, by an enumeration of names. Nobody is an investor without one: an arranger, a counsel,
a lender or a customer stands beside other words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from phases.fund.rounds.organisations import Item, Listed, described

_ROUND_NOUN = (
    r"(?:round|financing|funding|fundraising|raise|fundraise|investment|syndicate|(?:share|rights|capital)\sissue"
    r"|capital\sincrease|placement|Series\s[A-Z](?:-?\d)?"
    r"|transaction|deal|recapitali[sz]ation|syndication)"
)
ROUND_NAME = re.compile(
    r"\b(?P<name>(?:[Pp]re-)?[Ss]eries [A-K](?:-?\d{1,2})?(?:[- ](?:extension|[Pp]refunding|[Pp]rime))?"
    r"|(?:[Pp]re-)?[Ss]eed(?=\s(?:round|financing|funding|investment|extension|stage)|[,;)]|\Z)"
    r"|(?:growth|bridge|mezzanine|venture|follow-on|expansion|extension|crossover|pre-IPO|late-stage|early-stage"
    r"|equity|strategic|initial|first|last|latest|insider|up|down|A|B|C|D)"
    r"(?= (?:equity )?(?:round|financing round|funding round|financing)\b)|(?:investment|funding|financing"
    r"|fundraising)(?= rounds?\b))"
)
ROUND = re.compile(
    rf"{ROUND_NAME.pattern}|\b(?:round|financing|(?:directed |new )?share issue|rights issue|private placement"
    rf"|capital increase|fundraise|fundraising|funding round|equity raise|capital raise)\b"
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
    r"\b(?:clos(?:ed|es|ing)|took in|agreed|carried out|welcomed|complet(?:ed|es|ion)|rais(?:ed|es|ing)|secur(?:ed"
    r"|es)|announc(?:ed|es|ing)|receiv(?:ed"
    r"|es)|obtain(?:ed|s)|finaliz(?:ed|es)|finalis(?:ed|es)"
    r"|rounded off|attracted|landed|sealed|collected)\b"
)

BEFORE = re.compile(
    rf"""(?x)
    (?P<lead>\b(?:(?:[Cc]o-?|jointly\ |again\ )?[Ll]ed(?:\ (?:jointly|again))?\ by|headed\ by|spearheaded\ by
      |anchored\ by|with\ lead\ investors?
        |[Ll]ead\ investors?\ (?:was|were|is|are|being|included?)|under\ the\ lead(?:ership)?\ of
        |[Ll]ead(?:\ [Ii]nvestors?)?\s?:
        |[Ll]eading\ (?:the|this|that|its)\ (?:[\w$€£.,-]+\ ){{0,4}}?{_ROUND_NOUN}(?:\ of\ [^.;,]{{2,40}})?\ (?:was
          |were|is|are)
        |with\ (?=[^.;]{{2,80}}?\ (?:as|being|acting\ as)\ (?:the\ |an?\ )?(?:co-)?lead\b)))
    | \bparticipation\ (?:from|by|of)
    | \bjoined\ by | \bsupported\ by | \bjoining | \balongside(?:\ of)? | \bside\ by\ side\ with
    | \bco-?invest(?:ed|ing|ment|ments|s)?\ (?:alongside|with|together\ with)
    | \binvest(?:ed|ing|ment|ments)\ (?:[\w$€£.,]+\ ){{0,5}}?(?:together\ with|along\ with|alongside|jointly\ with
      |in\ partnership\ with)
    | \b(?:acquir\w+|bought|buy|purchas\w+|recapitali[sz]\w+)\ [^.;]{{3,120}}?\ (?:in\ partnership\ with|together\ with
      |jointly\ with|with\ co-?investors?)
    | \b(?:in\ which|where)\ (?:the\ Fund|we|the\ Partnership)\ (?:\w+\ ){{0,3}}?(?:joined|partnered\ with
      |together\ with)
    | \b(?:[Cc]o-?[Ii]nvestors?|[Ii]nvestors?|[Ss]yndicate|[Ss]hareholders|[Bb]ackers|[Pp]articipants|[Aa]ngels)
        (?:\ (?:in|of)\ (?:(?:the|this|its|that)\ (?:\w+\ ){{0,3}}?(?:round|financing|company|syndicate|funding)
          |[A-Z][\w.&-]*(?:,?\ [A-Z][\w.&-]*){{0,3}}))?,?
        \ (?:(?:which|who)\ )?(?:also\ |already\ |now\ )?(?:includ(?:ing|ed|es|e)\b
          |comprises?|comprised|comprising|consist(?:s|ed|ing)\ of|such\ as|are|were|being|of
          |(?:is|was|were|are)\ (?:made\ up|composed|comprised)\ of)
    | \b(?:[Cc]onsortium|[Ii]nvestor\ group|[Gg]roup|[Cc]lub)\ (?:that\ )?(?:comprising|comprised|comprises
      |includ(?:ing|ed|es)
      |consist(?:ing|ed|s)\ of|(?:(?:is|was)\ )?(?:made\ up|composed|comprised)\ of)
    | \b(?:syndicate|consortium|group)\ of\ (?:\w+\ ){{0,3}}?investors?,?\ (?:including|comprising|such\ as
      |consisting\ of|made\ up\ of)
    | \bco-?invested\ by | \b(?:syndicated?|partnered|shared)\ with
    | \b(?:[Cc]o-?[Ii]nvestors?|[Oo]ther\ [Ii]nvestors|[Kk]ey\ [Ii]nvestors|[Mm]ajor\ [Ii]nvestors|[Ss]yndicate
        |[Oo]thers|(?:[Oo]ther\ )?[Pp]articipants|[Bb]ackers|(?:[Nn]ew|[Ee]xisting)\ [Ii]nvestors)\s?:
    | \b(?:equity|capital|funding|funds|money|balance|remainder)\ (?:was|were|is|came|comes)\ (?:provided\ by
      |contributed\ by|put\ up\ by
      |supplied\ by|from)
    | \b(?:support|contributions?|commitments?|backing|money|orders|subscriptions)\ (?:from|of|by)
    | \b(?:issue|placement(?!\ agent))\b[^.;]{{0,40}}?\ to(?=\ [A-Z])
    | \b(?i:that|this|the)\ {_ROUND_NOUN}\ (?:also\ )?(?:brought|brings|added|adds)(?:\ in)?
    | \b(?:and|which|that)\ (?:also\ )?includ(?:ed|es)\b | ,\ as\ did\b | \bnext\ to
    | \b(?:rounds?|raise|capital\ increase|Series\ [A-Z]\d?)(?:\ (?:financing|funding|investment))?
      (?:\ (?:that|which)\ [^.;,]{{2,50}}?)?\ with(?=\ (?:[a-z-]+\ ){{0,4}}[A-Z0-9])
    | \b(?:brought\ in|welcomed|added|attracted)\ (?=[^;]{{2,80}}?\ as\ (?:an?\ |the\ )?(?:\w+\ ){{0,2}}?(?:investors?
      |shareholders?|backers?)\b)
    | \bbacked\ (?:\w+\ )?by | \bfunded\ by | \bsubscribed\ (?:\w+\ )?by | \bunderwritten\ equally\ by
    | \b(?:funding|financing|capital|investments?|round|equity|commitments?|money|[Mm]illion|[Bb]illion|[mM]|bn
      |notes?|bridge|SAFE|Series\ [A-Z]\d?)\ (?:\w+\ )?from
    | \binvestments?\ by
    | (?i:\b(?:new|additional|existing|returning|founding|strategic|lead|prior|previous|current|individual|angel|fellow
      |historical|inside|key|major|financial|private|institutional)\ (?:outside\ |institutional\ |angel\ )?(?:investors?
      |backers?|shareholders?)|\bco-?investors?)(?=\ [A-Z0-9a])
    | \bwith\ (?=[^.;]{{2,120}}?\ (?:also\ |all\ |both\ )?(?:participating|joining|co-?investing|contributing
      |co-?leading|following\ on|investing)\b)
    """
)
AFTER = re.compile(
    rf"""(?x)
    (?:\s?\([^()]{{1,60}}\))?(?:,\s(?:an?|the|its|our|which|who)\s[^,.;()]{{2,60}},)?\s?(?:,\s(?:which
      |who)\s)?(?:(?:also|each|both|all|jointly|together|again|likewise|both|recently|previously|subsequently
      |in\ turn|has|have|had)\s){{0,2}}
    (?: (?P<lead>(?:co-?)?(?:led|leads|leading|headed|spearheaded|anchored)\s(?:\w+\s)?(?:the|this|that|an?|its
      |their|the\ company's|[\w’']+[’']s)?\s?(?:[\w$€£.,’'-]+\s){{0,6}}?{_ROUND_NOUN}
          |led(?=\s*(?:[;.,)]|\Z|and\s|with\s|at\s))
          |(?:was|were|acted\ as|served\ as|as)\s(?:the\s|a\s)?(?:co-)?lead\sinvestors?)
      | participat(?:ed|es|ing)\b(?!\srate) | took\ part\b
        | joined\s(?:existing\s|current\s|fellow\s)?(?:backers|investors|shareholders)\b
        | joined\s(?:\w+\s){{0,2}}?(?:as\s(?:an?\s)?(?:new\s)?(?:investor|shareholder|co-investor)
          |(?:in\s)?(?:the|this|its)\s(?:\w+\s){{0,3}}?{_ROUND_NOUN})
      | joining\b | co-?invest(?:ed|ing|s)\b | contributing\b | following\ on\b
      | (?:agreed\sto\s|will\s)?invest(?:ed|s|ing)?\s(?:(?:its|their)\s(?:full\s|entire\s)?pro|alongside
        |with\sthe\sFund|together\swith|in\s(?:the|this
        |its)\s(?:\w+\s){{0,3}}?{_ROUND_NOUN}|(?:US)?[$€£]\s?\d(?!\S*\s(?:\w+\s)?in\s(?:its|their|new|research
          |capital)\b))
      | (?:made|makes|took|takes|acquired|bought|purchased)\san?\s(?:[\w.%$€£-]+\s){{0,4}}?(?:investment|stake
        |shareholding)\b
      | (?:exercised|took|taking|take)\s(?:up\s)?(?:its|their|full)\s | subscribed\b | joined(?=\s*(?:[.;,]|\Z|too\b
        |as\swell|us\b)) | came\sin\b | rolling\b | re-?upped\b
      | (?:is|are|was|were)\srolling\b | (?:did|maintained|increased|kept)\s(?:its|their)\s | (?:filled
        |rounded)\sout\sthe | (?:backed|supported|completed)\sthe\s(?:\w+\s){{0,2}}?{_ROUND_NOUN}
      | (?:are|were|is|was|remain|became)\s(?:also\s)?(?:the\s|an?\s)?(?:\w+\s)?(?:co-?)?(?:investors?
        |shareholders|backers)\b
      | contributed\s(?:to\sthe\s(?:round|financing)|[$€£]) | followed\son\b | re-?invested\b
        | purchased\s(?:\w+\s){{0,4}}?(?:Series\s[A-Z]|preferred)
    )"""
)
# What the last name of a list does when it is no investor
ROLE = re.compile(
    r"(?i)\s(?:office|team|practice|branch|desk)s?\b|[,;]?\s(?:\([^()]*\)\s)?(?:(?:and|who|which|each|both|also|has"
    r"|have)\s){0,2}"
    r"(?:act(?:ed|ing|s)\b|serv(?:ed|ing|es)\b|advis(?:ed|ing|es|ors?)\b|(?:was|were|is|are)\s(?:the\s"
    r"|an?\s)?(?:\w+\s){0,2}?(?:placement|legal|financial|exclusive|counsel|arranger|advis[eo]r|"
    r"bookrunner|underwriter|lender|agent|auditor|administrator|custodian)|as\s(?:the\s|an?\s"
    r"|its\s)?(?:\w+\s){0,2}?(?:placement|legal|financial|exclusive|counsel|arranger|advis[eo]r|bookrunner|"
    r"underwriter|lender|agent)|provided\s(?:\w+\s){0,3}?(?:legal|financial|debt|loan|advice|credit|a\s(?:loan"
    r"|credit))|arrang(?:ed|ing)\b|represent(?:ed|ing)\b|structured\b|underwr|join(?:ed|ing)\s(?:the\s|its\s)?[Bb]oard)"
)
LED_ROUND = re.compile(
    r"(?P<name>[A-Z][\w&. ]{1,40}?)-led (?:\w+ ){0,3}?(?:round|financing|funding|Series"
    r"|investment|syndicate)"
)


# Money that is lent, before "from": venture debt from A
LENT = re.compile(r"(?i)\b(?:debt|loans?|credit (?:line|facility)|facility|mortgage|lease)\b[^.;]{0,40}\Z")


# Before "investors include": who put money into the fund itself
_OURS = re.compile(r"\b(?:[Oo]ur|[Tt]he (?:Fund|Partnership|Trust|Program)['’]s)\s(?:\w+\s)?\Z")


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
        ours = match.group()[:2].lower() != "co" and _OURS.search(sentence, 0, match.start())
        if rest and not ours and not LENT.search(sentence, 0, match.end()):
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
            r"|[a-z]{4}|;",
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
