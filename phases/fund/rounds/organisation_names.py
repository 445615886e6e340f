"""Names of organisations and people among the capitalised words of a sentence, and how two are compared. Pure."""

from __future__ import annotations

import re

LEGAL = (
    r"(?:(?:GmbH|AG|UG) & Co\.? KG(?:aA)?|& Co\.?,? (?:LLC|L\.P|LP|KG|Inc|Ltd)|KGaA|K/S|S\.A\.S|Inc|Incorporated|Corp"
    r"|Corporation|Co|Company|LLC|L\.L\.C|Ltd|Limited|LP|L\.P|LLP|PLC|plc|GmbH|AG|SE|KG|S\.A"
    r"|SA|SAS|S\.p\.A|SpA"
    r"|N\.V|NV|B\.V|BV|AB|A/S|AS|ASA|Oyj?|ApS|S\.à r\.l|SCSp|SICAV|Pte\.? Ltd|Pty\.? Ltd)(?![\w&])\.?"
)
UPPER = "A-ZÀ-ÖØ-ÞŁŚŠŽČ"
_CAP = (
    rf"(?:A/S|(?:[{UPPER}]\.){{1,3}}(?=\s[{UPPER}])"  # initials
    rf"|[{UPPER}][\w&+'’·/-]*(?:\.(?=\w)[\w&+-]+)*"  # Accel, G&H, Booking.com
    rf"|[dl]['’][{UPPER}]\w+|\d{{1,3}}[{UPPER}]\w*|\d{{1,3}}(?=\s(?:Startups|Global|Ventures|Capital|Partners|North"
    rf"|Stars"
    rf"|Holdings))"  # 8VC, 500 Startups
    rf"|a16z|e\.ventures|b2v|iGlobe|eBay|[a-z]{{1,6}}[{UPPER}]\w+)"
)
_INNER = r"(?:of|for|de|des|du|da|la|le|et|en|van|von|der|del|di|y|the|und|für|dépôt|placement)"
NAME = re.compile(
    rf"(?<![\w.&'’-])(?P<name>{_CAP}(?:\s(?:{_CAP}|and\s(?:Company|Sons|Co\.)(?!\w)|&\sCo\.?(?:,?\s(?:KG(?:aA)?|LLC"
    rf"|L\.P\.|LP|Inc\.|Ltd\.?)(?!\w))?(?!\w)|\((?:UK|US|USA|EU|Jersey|Guernsey|Europe|Asia|[IVX]+)\)(?=,?\s{LEGAL})"
    rf"|[&+](?=\s)|[–-]\s[{UPPER}]{{2,}}(?=,?\s{LEGAL})|(?:{_INNER}\s){{1,5}}{_CAP}|[IVX]{{1,5}}\b"
    rf"|\d{{1,2}}\b(?!\s*(?:%|million|billion|basis))))*"
    rf"(?:,?\s{LEGAL})?(?:,\s(?:L\.P|LP|LLC)\.?)?)"
)
# Legal forms that have a full stop of their own; behind others it is the sentence's
_STOPPED = re.compile(r"(?:\bInc|\bCorp|\bCo|\bLtd|\.[A-Za-z])\Z")


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that may begin a name, too; alone, or before "investors", they only describe
_QUALIFIED = _listed("New Growth Early Strategic Lead Leading Founding Other")
_LEADING = _listed(
    "Backed Led Joined Co-led Supported Funded Invested Investor Investors Existing Additional Both The A An In On "
    "At As By For From With And But Also Its Our Their His Her This That These Those It We They He She Co-investor "
    "Co-investors Returning Current Separately Recently Subsequently Finally Meanwhile Following After Before "
    "During Since While When Although Late Participants Participating Alongside Together Including Newcomers "
    "Newcomer Backers Further Another Several Many Some Most More Others Neither Proceeds Net Gross Terms Founded "
    "Based "
    "Headquartered Customers Revenue Revenues Demand Shares Early Late Subsequent Here There Then Now Not No Our "
    "Prior Previous Individual Angel Next Venture-backed Under Per Total If To All Each Portfolio"
)
_TIMES = _listed(
    "January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul "
    "Aug Sep Sept Oct Nov Dec Spring Summer Autumn Fall Winter Monday Tuesday Wednesday Thursday Friday Saturday "
    "Sunday Q1 Q2 Q3 Q4 H1 H2 FY Year Quarter Today Yesterday"
)
_NO_NAMES = _listed(
    "Legal Counsel Fund Funds Partnership Company Board Management Manager Adviser Advisor Trust Series Round Class "
    "Seed Notes Note Preferred Common Stock Shares A B C D E F G IPO SPAC SEC NAV IRR TVPI DPI RVPI MOIC USD EUR "
    "GBP US U.S. EU UK GAAP IFRS NASDAQ Nasdaq NYSE CEO CFO CTO COO Chairman Chairwoman Chief Executive Financial "
    "Operating Investment Technology Officer Officers Vice Senior Managing Principal Analyst Founder Co-founder "
    "Professor Dr Mr Ms Mrs President Director General Partner Partners Limited LP LPs GP GPs Table Schedule Item "
    "Part Section Level Investments Financing Funding Transaction Agreement Act Directors Closing Total Convertible "
    "Warrants Bridge Co-investment Co-investments Buyout Buyouts Down Up Late-stage Early-stage Growth Equity Venture "
    "Capital Group Pre-Seed "
    "Pre-seed Series-A Quarter Inc Corp LLC Market "
    "Commentary CHF SEK NOK DKK JPY CAD AUD Swiss German French Dutch Nordic European American British Chinese Israeli "
    "Offshore Funds Management Lead Europe Asia America Americas Africa Germany France"
)


# What such names end in is a security or a document
_PAPERS = _listed(
    "Offering Agreement Facility Notes Stock Shares Warrants Loan Option Closing Act Rule Amendment Indenture"
)
_SMALL = _listed("of for de des du da la le et en van von der del di y the und für at in & +")


def plain(name: str) -> str:
    """A name for comparing: lower case, without punctuation and legal form."""
    bare = re.sub(rf",?\s{LEGAL}(?=\W|\Z)", "", f" {name}")
    return " ".join(re.sub(r"[^\w& ]", " ", bare.lower()).split())


def named(match: re.Match[str], sentence: str) -> tuple[int, str] | None:
    """(where it starts, the name) in a match of NAME, without what only leads up to it; None where nothing is left."""
    start, text = match.start("name"), match.group("name")
    first, _, rest = text.partition(" ")
    while _only_leads(first, rest):
        if not rest:
            return None
        start += len(first) + 1
        text = rest
        first, _, rest = text.partition(" ")
    text, start = _without_times(text, start)
    text = _closed(_possessor(text), sentence, start)
    return (start, text) if text and _is_name(text) else None


def _possessor(text: str) -> str:
    """The owner in "Acme's Series B"; in "Acme's Climate Fund" the whole is a name."""
    owner, mark, rest = re.sub(r"’", "'", text).partition("'s ")
    return text[: len(owner)] if mark and not _is_name(rest) else text


def _closed(text: str, sentence: str, start: int) -> str:
    """The name with the full stop of its legal form, without a possessive s or a mark of the sentence."""
    if re.search(rf"(?:\A|\s){LEGAL}\Z", text):
        end = start + len(text)
        if not _STOPPED.search(text.rstrip(".")):
            return text.rstrip(".")
        return text if text.endswith(".") or sentence[end : end + 1] != "." else f"{text}."
    return re.sub(r"(?:['’]s?|[,.])\Z", "", text)


def _without_times(text: str, start: int) -> tuple[str, int]:
    """Cut months and the like off both ends: "October Acme", "Larch Partners March"."""
    words = text.split(" ")
    while words and words[0].strip(",.") in _TIMES:
        start += len(words.pop(0)) + 1
        while words and words[0].isdigit():
            start += len(words.pop(0)) + 1
    while words and (words[-1].strip(",.") in _TIMES or (words[1:] and words[-1] in _SMALL)):
        words.pop()
    return " ".join(words), start


def _only_leads(first: str, rest: str) -> bool:
    """Whether a capitalised word is there because a sentence begins, or says what kind of investor follows."""
    if not rest and first in _QUALIFIED:
        return True
    return first in _LEADING or (first in _QUALIFIED and rest.partition(" ")[0].strip(",") in _LEADING)


def _is_name(text: str) -> bool:
    if re.match(r"[B-Z] Capital\b", text):
        return True
    words = [word.strip(",.'’") for word in text.split()]
    if all(word in _NO_NAMES or word in _TIMES or word in _SMALL or word.isdigit() or not word[1:] for word in words):
        return False
    if words[-1] in _PAPERS:
        return False
    return not re.match(r"(?:Series|Class|Level|Item|Note|Section|Rule|Form|Exhibit|Schedule)\s", text)
