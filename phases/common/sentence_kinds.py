"""What a sentence of a web page is good for: prose that may be quoted, or something a reader should be spared.

Pure functions of one sentence as `phases.common.text.sentences` gives it.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["prose", "question", "fragment", "boilerplate"]

MIN_WORDS = 6  # shorter ones are labels and exclamations, or say little ("The firm drew its conclusion.")
MIN_LETTERED = 0.6  # share of the words that must have a letter; rows of tables have fewer
_SENTENCE_END = re.compile(r"[.!…。！।؟۔][\"'”’»)\]」』）]*\Z")
_QUESTION_END = re.compile(r"[?？][\"'”’»)\]」』）]*\Z")

_BOILERPLATE = re.compile(
    r"""
    \A\W*(please\s+)?(sign\s+up|subscribe|register)\b
    | \b(sign\s+up|subscribe)\s+(here|now|today|(for|to)\s+(our|the|your))\b
    | \b(our|daily|weekly|free)\s+newsletters?\b | \bnewsletters?\s+(and|straight|delivered|to\s+your)\b
    | \bto\s+your\s+inbox\b
    | \b(use|uses|accept|manage|using)\s+(of\s+)?cookies\b | \bcookie\s+(policy|settings|preferences|consent)\b
    | \ball\s+rights\s+reserved\b | © | \(c\)\s*\d{4} | \bcopyright\s+(\d{4}|©|notice)
    | \b(click|tap|read|listen|watch|download)\s+(here|below|more|now|our\s+app)\b | \bshare\s+this\b
    | \b(follow|join|like|find|contact)\s+(us|me)\s+(on|at|via|for)\b
    | \bgetty\s+images\b | \b(photo|image|picture|illustration|video)s?\s*(credit|source|by|courtesy)?\s*[:/|]
    | \bterms\s+of\s+(service|use)\b.*\bprivacy\s+(policy|notice)\b | \A\W*(ad|ads|advertisement|advertising)\W*\Z
    | \bcontributed\s+(to\s+)?(this\s+)?report(ing)?\b | \boriginally\s+(published|appeared|posted)\b
    | \bthis\s+(article|story|post|piece|transcript)\s+(was|is|has\s+been|first|originally|appeared|may\s+contain)\b
    | \baffiliate\s+(links?|commission)\b | \bearn\s+(a|an)\s+.*\bcommission\b
    | \benable\s+javascript\b | \byour\s+browser\b | \bskip\s+to\s+(content|main)\b
    | \bmin(ute)?s?\s+read\b | \A\s*(updated|published|posted|last\s+modified)(\s+(on|at))?\s*:?\s*\w*\s*\d
    | \b(tickets|passes)\s+(now|before|today)\b.*\b(save|register|off)\b
    | \bcomments?\s+(are\s+)?closed\b | \bsend\s+(us\s+)?(an?\s+)?(e-?mail|tips?)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# The same where capitals tell a name from an ordinary word: "By Ada Lovelace" but not "By far the best one."
_CREDIT = re.compile(
    r"\A\s*(By|BY)\s+[A-Z][\w.'’-]+(\s+[A-Z][\w.'’-]+){1,3}\b(?=.{0,40}\Z)|\b[Pp]hotos?\s+by\s+[A-Z]"
    r"|\b([Rr]eporting|[Ee]diting|[Ww]riting)\s+by\s+[A-Z]"
)

# Openers that point back at a sentence the reader may not have.
_DANGLING = re.compile(
    r"""\A["'“‘«(\[]*(
    (he|she|it|they|his|her|its|their|this|that|these|those|such|both|here|there)\b
        (?!\s+(is|are|was|were|has|have|will)\s+(no|a|an|the|been|more)\b)
    | (but|however|and|so|then|yet|also|still|instead|meanwhile|moreover|furthermore|therefore|thus|nevertheless)\b
    | (in\s+addition|by\s+contrast|for\s+example|for\s+instance|as\s+a\s+result|on\s+the\s+other\s+hand|that\s+said)\b
    | the\s+(former|latter|others)\b | \w+\s+of\s+(it|them|these|those|this|that|which)\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_SPEAKER_AFTER_QUOTE = re.compile(
    r"[\"”’»]\s*,?\s*(he|she|they|it)\s+\w+|\b(he|she|they)\s+(said|added|told|wrote|says)\b", re.IGNORECASE
)


def kind(sentence: str) -> Kind:
    """`prose` may stand in a summary; `question` and `fragment` only where nothing else is left; `boilerplate` never.

    A fragment is a heading, caption or list item: no end mark, or fewer than six words. Table rows are boilerplate.
    """
    parts = sentence.split()
    lettered = sum(any(map(str.isalpha, part)) for part in parts)
    if lettered < MIN_LETTERED * len(parts) or _BOILERPLATE.search(sentence) or _CREDIT.search(sentence):
        return "boilerplate"
    if _QUESTION_END.search(sentence):
        return "question"
    unspaced = bool(re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", sentence))
    if not _SENTENCE_END.search(sentence) or (len(parts) < MIN_WORDS and not unspaced):
        return "fragment"
    return "prose"


def is_complete(sentence: str) -> bool:
    """Whether the text ends as a sentence does: an end mark, closing quotes and brackets allowed after it."""
    return bool(_SENTENCE_END.search(sentence) or _QUESTION_END.search(sentence))


def is_dangling(sentence: str) -> bool:
    """Whether the sentence leans on the one before: a pronoun, a connective, or an unnamed speaker."""
    return bool(_DANGLING.match(sentence) or _SPEAKER_AFTER_QUOTE.search(sentence))


def has_open_quotation(sentence: str) -> bool:
    """Whether a quotation begins or ends outside this sentence."""
    return sentence.count('"') % 2 == 1 or sentence.count("“") + sentence.count("„") != sentence.count("”")
