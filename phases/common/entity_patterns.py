"""Names that their form or their neighbours give away: model versions, chips, company suffixes, people who speak.

Each rule yields spans of the text. They need no model and no labelled data; `entities` weighs them against the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from phases.common import gazetteer as known

if TYPE_CHECKING:
    from collections.abc import Iterator


class Span(NamedTuple):
    """A stretch of text that names something. `entry` is the gazetteer's entry of it, or of its family."""

    start: int
    end: int
    type: str
    entry: known.Entry | None = None


CUE_CHARS = 80  # how far "model" may stand from "Orca-2" and still be said of it: about half a sentence

_UNITS = r"%|\s?(?:percent|per cent|million|billion|trillion|times|years?|months?|days?)\b"
_VERSION = rf"[vV]?\d{{1,3}}(?:\.\d{{1,2}}){{0,2}}[a-z]?(?!\w|[.,]\d|{_UNITS})"
_VARIANT = (
    r"(?:Pro|Ultra|[Mm]ini|Nano|Micro|Flash|[Tt]urbo|Sonnet|Opus|Haiku|Large|Small|Medium|Base|Instruct|Chat|[Pp]review"
    r"|Max|Plus|Lite|Coder?|Codex|Math|Omni|Vision|XL|Thinking|Scout|Maverick|Nemo|Air"
    r"|[RVKM]\d(?:\.\d)?|\d{1,4}(?:\.\d)?[BbM]|\d{1,2}x\d{1,3}[Bb]"
    r"|(?<=-)(?!Based|Powered|Like|Style|Level)[A-Z][a-z]+)(?!\w)"  # GPT-Rosalind
)
_TAIL = re.compile(rf"(?:(?:(?<=[A-Za-z])|[- ]){_VERSION})?(?:[- ](?:{_VARIANT}|{_VERSION}))*")
_CERTAIN_TAIL = re.compile(rf"{_VARIANT}|\d\.\d")  # nobody writes "Gemini 1.5 Pro" of the star sign

_DEVICE = re.compile(
    r"\b(?:(?:GeForce |Radeon )?RTX|iPhone|iPad|MacBook|Galaxy|Pixel|PlayStation|Xbox|Snapdragon|Ryzen|EPYC|Xeon|Quest"
    r"|DGX|HGX|Jetson)"
    r"(?:[- ](?:[A-Z]{0,2}\d{1,4}[A-Za-z]{0,2}|Pro|Max|Ultra|Plus|Mini|Air|Elite|Series|One|Orin|Thor|Nano|Tab)(?!\w))+"
)
_CHIP = re.compile(r"\b(?:[A-Z]\d{3}[A-Z]?|[A-Z]{2}\d{2,3}[A-Z]{0,2})\b(?![-.]\d)")
_CHIP_CUE = re.compile(r"\b(?:GPUs?|chips?|accelerators?|processors?)\b")
_HYPHENATED = re.compile(r"\b[A-Z][A-Za-z]+-\d{1,3}(?:\.\d{1,2})?[a-z]?(?:-[A-Z]\w*)?(?![\w-])")
_MODEL_CUE = re.compile(r"\b(?:models?|LLMs?|chatbots?|parameters|benchmarks?|open[- ](?:weights?|source))\b")
_NO_MODEL = re.compile(r"(?i)(?:covid|sars|type|top|under|sub|mid|post|pre|title|formula|apollo|boeing|airbus)-")

_WORD = r"[A-Z](?:[\w&.+-]{0,40}[\w+])?"  # bounded: "Aa-Aa-Aa…" would take a time that grows with its square
_NAME = rf"{_WORD}(?: (?:& )?{_WORD}){{0,3}}"
_SUFFIX = r"(?:Inc|Corp|Corporation|Ltd|LLC|PLC|plc|GmbH|AG|S\.A\.|N\.V\.|Technologies|Systems|Labs|Holdings|Robotics)"
_MAKER = r"(?:start-?up|company|firm|chip ?maker|developer|lab)"
_COMPANIES = (
    re.compile(rf"\b(?P<name>{_NAME},? {_SUFFIX})\b(?! [A-Z])"),
    re.compile(rf"\b(?P<name>{_NAME}), (?:an?|the) (?:[\w-]+ ){{0,6}}?{_MAKER}\b"),
    re.compile(rf"\b{_MAKER} (?:called |named )?(?P<name>{_NAME})"),
)
_CALLED = re.compile(rf"\b(?:called|named|dubbed|codenamed) [\"“‘']?(?P<name>{_NAME}(?: \d[\w.]*)?)")
_CALLED_TYPES = (
    ("model", re.compile(r"\b(?:models?|LLM|chatbot)\b")),
    ("product", re.compile(r"\b(?:app|tool|service|platform|chip|product|assistant|robot|software|device|website)\b")),
    ("company", re.compile(rf"\b{_MAKER}\b")),
)

# In English a capital in the middle of a sentence marks a name; behind a stop or a quotation mark it need not.
_CAPITALISED = re.compile(rf"(?<=[a-z,;0-9)] )(?P<name>{_NAME}(?: (?:of|for) (?:the )?{_NAME})?)")

_FIRST = r"[A-ZÀ-ÞŁŠŽČŚ][a-zà-ž']*[a-zà-ž](?:-[A-Z][a-zà-ž]+)?"
_PARTICLE = r"(?:van|von|de|der|den|bin|al|el|da|di|le|la|du)"
_LAST = rf"(?:Mc|Mac|O'|De|Le|La)?{_FIRST}"
_NO_OBJECT = r"(?<!of )(?<!at )(?<!from )(?<!for )(?<!with )(?<!the )"  # "founder of Grass Media, said" is not her name
_PERSON = rf"{_NO_OBJECT}{_FIRST}(?: [A-Z]\.)?(?: {_PARTICLE}){{0,2}}(?: {_LAST}){{1,2}}"
_HONORIFIC = r"(?:Mr|Mrs|Ms|Dr|Prof|Sir|Senator|President|Minister|Judge)"
_ROLE = (
    r"(?:CEO|CTO|CFO|COO|chief executive|chair(?:man|woman)|analyst|researcher|scientist|spokes(?:man|woman|person)"
    r"|(?:co-)?founder|author|engineer|director|president|professor|minister|head|[Ss]enator|[Jj]udge|Professor)"
)
_SPEAKS = r"(?:said|says|told|added|adds|wrote|writes|argued|argues|explained|explains|warned|warns)"
_PEOPLE = (
    re.compile(rf"\b(?:{_HONORIFIC}\.?|{_ROLE}) (?P<name>{_PERSON})"),
    re.compile(rf"(?P<name>{_PERSON})(?:,(?! which)[^.,\n]{{3,120}},)? {_SPEAKS}\b"),
    re.compile(rf"\b{_SPEAKS} (?P<name>{_PERSON})(?=[,.]| of | from | at )"),
    re.compile(rf"(?P<name>{_PERSON}), (?:[\w'-]+ ){{0,5}}?{_ROLE}\b"),
    re.compile(rf"\b{_HONORIFIC}\.? (?P<name>{_FIRST})(?! [A-Z])"),
)
_NO_PERSON = re.compile(
    r"\b(?:The|This|That|These|It|He|She|They|We|You|But|And|In|On|At|For|From|With|As|If|When|While|After|Before|However"
    r"|New|University|Institute|Department|Commission|Company|Group|Bank|Times|News|Street|House|Court|Council|Union"
    r"|Research|Labs?|Cloud|Intelligence|Learning|Capital|Ventures|Technologies|Systems|Security|Data|Digital|Journal"
    r"|Post|Today|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|June|July"
    r"|August|September|October|November|December|Mr|Mrs|Ms|Dr|Prof|Sir|President|Professor|Senator|Minister)\b"
)


_PERSON_BEFORE = re.compile(rf"\b{_HONORIFIC}\.? $")
_PERSON_AFTER = re.compile(rf"(?:'s)? {_SPEAKS}\b")
_PRODUCT_AFTER = re.compile(
    r" (?:software|tool|feature|app|browser|toolbar|platform|program|suite|chips?|processors?|GPUs?|accelerators?"
    r"|phones?|laptops?|console|headset|library|framework|operating system|assistant|robots?|file-sharing|messaging)\b"
)
_MODEL_AFTER = re.compile(r" (?:(?:large |small |vision |reasoning )?(?:language )?models?|LLMs?|chatbot)\b")


def find_versions(text: str, gazetteer: known.Gazetteer) -> Iterator[Span]:
    """Known families with a version behind them: "Llama 3.1 405B", "DeepSeek-V3", "Mistral Large 2"."""
    for match in gazetteer.heads.finditer(text):
        head = gazetteer.by_surface[match.group()]
        tail = _TAIL.match(text, match.end())
        if tail is None or not tail.group():
            continue
        certain = _CERTAIN_TAIL.search(tail.group()) is not None
        near = _near(_MODEL_CUE, text, match.start(), tail.end())
        if head.type in ("product", "model") and (certain or near or known.in_context(head, text)):
            yield Span(match.start(), tail.end(), head.type, head)
        elif head.type == "company" and certain:
            yield Span(match.start(), tail.end(), "model" if near or "model" in head.background else "product")


def find_products(text: str) -> Iterator[Span]:
    """Devices and chips by their numbers, "Name-2" near a word that is said of models, and things "called X"."""
    yield from (Span(match.start(), match.end(), "product") for match in _DEVICE.finditer(text))
    if _CHIP_CUE.search(text):
        yield from (Span(match.start(), match.end(), "product") for match in _CHIP.finditer(text))
    for match in _HYPHENATED.finditer(text):
        if _near(_MODEL_CUE, text, match.start(), match.end()) and not _NO_MODEL.match(match.group()):
            yield Span(match.start(), match.end(), "model")
    yield from _called(text)


def _called(text: str) -> Iterator[Span]:
    """What a model, product or company is "called": the nearest of these words before it says which."""
    for match in _CALLED.finditer(text):
        before = text[max(0, match.start() - CUE_CHARS) : match.start()]
        cues = [(cue.end(), kind) for kind, pattern in _CALLED_TYPES for cue in pattern.finditer(before)]
        if cues:
            yield Span(match.start("name"), match.end("name"), max(cues)[1])


def find_companies(text: str) -> Iterator[Span]:
    """Names with a legal form, and names that the text itself calls a company, start-up or laboratory."""
    for pattern in _COMPANIES:
        yield from (Span(match.start("name"), match.end("name"), "company") for match in pattern.finditer(text))


def find_people(text: str) -> Iterator[Span]:
    """First and last names beside a title, a role or a verb of speaking."""
    for pattern in _PEOPLE:
        for match in pattern.finditer(text):
            if not _NO_PERSON.search(match["name"]):
                yield Span(match.start("name"), match.end("name"), "person")


def find_capitalised(text: str) -> Iterator[Span]:
    """Capitalised words inside sentences, whatever they name. Weak evidence: `entities` asks for more."""
    yield from (Span(match.start("name"), match.end("name"), "other") for match in _CAPITALISED.finditer(text))


def kind_in_context(text: str, span: Span) -> str:
    """What the neighbours say that a name is: "" when they say nothing."""
    after = text[span.end : span.end + CUE_CHARS]
    if _MODEL_AFTER.match(after):
        return "model"
    if _PRODUCT_AFTER.match(after):
        return "product"
    single = " " not in text[span.start : span.end]
    if single and (_PERSON_BEFORE.search(text, max(0, span.start - 12), span.start) or _PERSON_AFTER.match(after)):
        return "speaker"
    return ""


def _near(cue: re.Pattern[str], text: str, start: int, end: int) -> bool:
    return cue.search(text, max(0, start - CUE_CHARS), end + CUE_CHARS) is not None
