"""Sentences that are no statements about the market though they speak of it: disclaimers, policies, risks. Pure."""

from __future__ import annotations

import re

# What may happen to somebody's own things is a risk, wherever it is told
_AT_RISK = re.compile(
    r"(?i)\b(?:could|would|may|might|can)\b[^.;]{0,80}?\b(?:our|us|we|you|the (?:fund|company|group|partnership|trust"
    r"|value of"
    r"|performance|price of)|net (?:income|assets)|your|an? investment|returns|adversely|impair\w*|harm\w*|losses)\b"
    r"|\bour (?:\w+ ){1,4}(?:could|would|may|might)\b"
)
_RISKS = re.compile(
    r"(?i)\b(?:risks?|disclosures?|disclaimers?|important information|definitions|methodology|notices?|legal)\b"
)
# In a section about the market an outlook may be hedged; elsewhere such a sentence is a risk
_HEDGED = re.compile(
    r"(?i)\bmay (?:adversely|decline|be|not|cause|result|have|also|affect|lose)"
    r"|\bcould (?:adversely|decline|be|cause|result|have|affect)|\bmight "
)
_BOILERPLATE = re.compile(
    r"(?i)forward-looking|no assurance|past (?:performance|results)|not (?:be )?indicative|undue reliance"
    r"|risks? (?:include|factors?|associated|relating|of)|subject to (?:risk|change|market)"
    r"|involves? (?:substantial |considerable )?risk|fair value|reported (?:net )?(?:sales|revenues?|earnings)"
    r"|net (?:sales|revenues?)\b|market participants?|level [123i]"
    r"|observable|unobservable|asc (?:topic )?\d|gaap|ifrs|principal market|active market|quoted"
    r"|may (?:also )?(?:be|include|invest|use|hold|seek)\b|securities and exchange commission|1940 act|10-[kq]\b"
    r"|prospectus|offering memorandum"
    r"|for informational purposes|confidential|bid price|closing price"
    r"|market price of|market value of|over-the-counter|we (?:value|invest|seek|intend|hold|define|determine|carry)"
    r"|invests? in|our (?:shares|stock|common)|discount to|hypothetical|if (?:the|interest|market|inflation|we|any)"
    r"|sensitivity|basis point (?:increase|decrease|change) in"
    r"|illiquid|should (?:carefully|consider|note|be aware|not|read|consult|review|expect to)|portfolio turnover"
    r"|lose value|can be volatile|is an? (?:[\w-]+ ){0,4}(?:company|holding|start-?up|firm)\b|is (?:a|an) (?:leader"
    r"|provider|leading|developer|manufacturer|platform)|trading symbol|listed on"
    r"|begin trading|began trading"
)


def excluded(text: str, heading: str, *, in_section: bool) -> bool:
    """Whether a text is a disclaimer, a policy or a risk; in a section about the market it may be hedged."""
    if _BOILERPLATE.search(text) or _RISKS.search(heading) or _AT_RISK.search(text):
        return True
    return not in_section and _HEDGED.search(text) is not None
