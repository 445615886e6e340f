"""Plain text: clean it, split it into sentences and words, name and shorten things by it.

Standard library only: every pipeline and every phase may import this at no cost.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Characters that carry nothing for a reader and break JSON, terminals or comparisons: lone surrogates, controls
# other than tab and newline, zero-width space, word joiner, BOM, soft hyphen, text-direction overrides (used to
# disguise file names and links), non-characters and the invisible tag characters (used to smuggle instructions).
_INVISIBLE = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069"
    "\ufeff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

_OPENERS = "\"'“‘«‹„‚(\\[{¿¡「『（"
_CLOSERS = "\"'”’»›“‘)\\]}」』）"
_WIDE_ENDS = "。！？｡।؟۔"  # full stops of scripts in which no other rule is needed
_END = re.compile(
    rf"(?P<stop>[{_WIDE_ENDS}]+)(?P<wide>[{_CLOSERS}]*)\s*|(?P<ascii>[.!?…]+)(?P<after>[{_CLOSERS}]*)(?:\s+|\Z)"
)
_LAST_TOKEN = re.compile(r"[^\s(\[{\"“„«‘/–—]+\Z")
_NEXT_WORD = re.compile(rf"[{_OPENERS}]*\s?([^\W_]+)")
_BRAND_START = re.compile(r"[a-z]{1,2}[A-Z]")  # iPhone, eBay, xAI may open a sentence
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\Z")
_ENUMERATOR = re.compile(r"(?:\d{1,3}|[ivxIVX]{1,4}|[a-zA-Z])\.\Z")
_BULLET = re.compile(r"\s*(?:[-*•–—▪►]\s|\d{1,3}[.)]\s)")


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence: what they abbreviate stands before a name.
_OPEN_ABBREVIATIONS = _listed(
    "mr mrs ms mx dr prof gen sen rep gov lt col sgt capt cmdr adm maj pvt rev pres amb supt insp mt vs approx cf "
    "e.g i.e viz resp z.b d.h u.a bzw ggf mio mrd nr str tel sra dña mme mlle"
)
# Abbreviations before a number, ordinary words (or the end of a sentence) before anything else.
_NUMBERED = _listed("no nos art fig figs eq sec ch pp p vol abs abb kap ca al")
# May end a sentence: they do when a typical sentence opener follows.
_CLOSED_ABBREVIATIONS = _listed(
    "inc corp ltd co llc plc bros jr sr esq phd ph.d etc dept univ assn ave blvd rd st ft hon fr jan feb mar apr jun "
    "jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun a.m p.m u.s u.k u.n e.u d.c usw est"
)
_STARTERS = _listed(
    "the a an in on at it its he she they we you i but and so this that these those there if as for from after before "
    "when while with however meanwhile last according under what who how why der die das ein eine es er sie wir im in "
    "mit le la les un une il elle ils el los las una"
)
_GERMAN_MONTHS = _listed(
    "januar februar märz april mai juni juli august september oktober november dezember jahrhundert"
)

_WIDE_SCRIPT = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # kana and ideographs: no spaces between words
_WORD = re.compile(rf"[{_WIDE_SCRIPT}]|\d+(?:[.,]\d+)*(?![^\W_])|(?:(?![{_WIDE_SCRIPT}])[^\W_])+(?:['’][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s\Z")
_LETTERS_WITHOUT_ASCII_BASE = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d",
     "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i", "’": "", "'": ""}
)  # fmt: skip
_SLUG_HASH_DIGITS = 8  # names without any Latin letter still need distinct slugs


def nfc(text: str) -> str:
    """The text with composed characters: one code point for é. Lengths of analyses are counted on this form."""
    return unicodedata.normalize("NFC", text)


def scrubbed(text: str) -> tuple[str, int]:
    """The text cleaned for storage, and how many characters were removed.

    Line breaks become newlines, pairs of surrogates the character they stand for; lone surrogates, control and other
    invisible characters go; the result is NFC and always encodes as UTF-8.
    """
    paired = _SURROGATE_PAIR.sub(
        lambda pair: pair.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text
    )
    visible, removed = _INVISIBLE.subn("", _LINE_BREAKS.sub("\n", paired))
    return nfc(visible), removed


def scrub(text: str) -> str:
    """`scrubbed` without the count."""
    return scrubbed(text)[0]


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, white space inside them collapsed to single spaces.

    Ends are . ! ? … and their East Asian forms with closing quotes and brackets; not an end are abbreviations,
    initials, decimals and what a lower-case word follows. Blank lines, bullets and line breaks end a sentence too,
    unless the next line goes on in lower case. Headings therefore come out as sentences of their own.
    """
    found: list[str] = []
    for block in _blocks(text):
        start = 0
        for end in _ends(block):
            found.append(block[start:end].strip())
            start = end
        found.append(block[start:].strip())
    return [sentence for sentence in found if sentence]


def words(text: str) -> list[str]:
    """Lower-case words and numbers in order, without punctuation and possessive 's.

    "Apple's 1,200.5 e-mails don't" gives apple, 1,200.5, e, mails, don't. Kana and ideographs come one by one.
    """
    return [_POSSESSIVE.sub("", token).replace("’", "'") for token in _WORD.findall(nfc(text).lower())]


def slug(text: str) -> str:
    """The text as a-z, 0-9 and single hyphens, for ids and file names; equal texts give equal slugs.

    A text without any letter or digit that has an ASCII form gives "x-" and eight hex digits of its SHA-256.
    """
    plain = unicodedata.normalize("NFKD", scrub(text).translate(_LETTERS_WITHOUT_ASCII_BASE))
    name = re.sub("[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    return name or "x-" + hashlib.sha256(scrub(text).encode()).hexdigest()[:_SLUG_HASH_DIGITS]


def shorten(text: str, limit: int) -> str:
    """The text on one line in at most `limit` characters (≥ 1); what is cut ends at a word and with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    whole_words = head if line[limit - 1] == " " else head.rpartition(" ")[0]
    return (whole_words or head).rstrip(" ,;:.–—-") + "…"


def _blocks(text: str) -> list[str]:
    """Runs of lines that belong together, each on one line."""
    blocks: list[str] = []
    open_block = False
    for raw in _LINE_BREAKS.sub("\n", text).split("\n"):
        line = " ".join(raw.split())
        if open_block and line[:1].islower() and not _BRAND_START.match(line) and not _BULLET.match(raw):
            blocks[-1] += " " + line
        elif line:
            blocks.append(line)
        open_block = bool(line) and line[-1] not in ".!?…:" + _WIDE_ENDS
    return blocks


def _ends(block: str) -> list[int]:
    """Places in the block where a sentence ends and another begins."""
    return [match.end() for match in _END.finditer(block) if match.end() < len(block) and _is_end(block, match)]


def _is_end(block: str, match: re.Match[str]) -> bool:
    if match["stop"]:
        return True
    rest = block[match.end() :]
    if rest[0].islower() and not _BRAND_START.match(rest):
        return False
    if rest[0] in "–—-,;:/&":
        return False
    return match["ascii"] != "." or bool(match["after"]) or not _is_abbreviation(block, match.start(), rest)


def _is_abbreviation(block: str, dot: int, rest: str) -> bool:
    """Whether the full stop at `dot` belongs to the word before it."""
    found = _LAST_TOKEN.search(block[max(0, dot - 40) : dot])
    if not found:
        return False
    word = found.group().lower()
    follower = _NEXT_WORD.match(rest)
    following = follower.group(1).lower() if follower else ""
    if word in _OPEN_ABBREVIATIONS:
        return True
    if word in _NUMBERED:
        return following[:1].isdigit()
    if word.isdigit():
        return following in _GERMAN_MONTHS or (dot == len(word) and bool(_ENUMERATOR.match(block[: dot + 1])))
    if word in _CLOSED_ABBREVIATIONS or _DOTTED.match(word + "."):
        return following not in _STARTERS
    return False
