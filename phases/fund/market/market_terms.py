"""How something of the market moves, what else is said of its state, and which sections are about it. Word lists."""

from __future__ import annotations

import re

UP = re.compile(
    r"(?i)\b(?:rose|rise[sn]?|rising|increas\w+|grew|grow[sn]?|growing|growth|gain(?:ed|s|ing)?|climb\w*|jump\w*"
    r"|surg\w+|soar\w*|rall(?:y|ied|ies)|expand\w*|widen\w*|accelerat\w+|improv\w+|recover\w*|rebound\w*"
    r"|re-?open\w*|strengthen\w*|appreciat\w+|outpac\w+|doubl\w+|tripl\w+|quadrupl\w+|picked up|pick(?:s|ing)? up"
    r"|up \d|up by|higher|advanc\w+|exceed\w*|strong(?:er)?|robust|buoyant|record (?:high|level|highs)"
    r"|reach\w* (?:a |an |its )?(?:record|all-time|new)|extend\w*|boost\w*|return(?:ed|ing)? to growth|resurgen\w+"
    r"|bounc\w+|thaw\w*|swell\w*|swollen|spik\w+|outperform\w*|(?:edg|inch|tick|creep|crept)(?:ed|ing)? up(?:ward)?s?"
    r"|wider|highest|best (?:\w+ )?(?:year|quarter|month|half)|more than doubl\w+"
    r"|upturn)\b"
)
DOWN = re.compile(
    r"(?i)\b(?:fell|fall(?:s|en|ing)?|declin\w+|decreas\w+|drop\w*|contract(?:ed|s|ing|ion)|shrank|shrink\w*|shrunk"
    r"|slow(?:ed|s|ing|er|down)?|weaken\w*|soften\w*|tighten\w*|narrow\w*|compress\w+|plung\w+|slump\w*|slid"
    r"|slide[sn]?|tumbl\w+|eas(?:ed|es)\b(?! pressure)|cool\w*|subdued|muted|depressed|weak(?:er)?|down \d|down by|"
    r"lower|retreat\w*|deteriorat\w+|depreciat\w+|moderat\w+|stall\w*|dried up|clos(?:ed|es) (?:shut|for)"
    r"|remain\w* (?:shut|closed|challeng\w+|difficult)|halv\w+|lag\w*|pull(?:ed)? back|correct(?:ed|ion)|sluggish"
    r"|reduc\w+|worsen\w*|trough\w*|sold off|sell-off|erod\w+"
    r"|tighter|cheaper|plummet\w*|collaps\w+|crash\w*|s[au]nk|sinking|dip(?:ped|s)?|dwindl\w+|wan(?:ed|ing)"
    r"|evaporat\w+|fro[sz]en?|lost(?! ground)"
    r"|c[ao]me off|underperform\w*|lowest|worst|shed|(?:edg|inch|tick|creep|crept)(?:ed|ing)? (?:down"
    r"|lower)(?:ward)?s?)\b"
)
STABLE = re.compile(
    r"(?i)\b(?:remain\w* (?:broadly |largely |relatively )?(?:stable|unchanged|flat|steady|constant|elevated"
    r"|resilient|healthy|strong|attractive|active)|(?:was|were|is|are|stayed|held|stay|hold) (?:broadly |largely "
    r"|relatively |essentially )?(?:flat|stable|steady|unchanged|resilient)|"
    r"stabili[sz]\w+|plateau\w*|level(?:led|ed)? off|in line with|little changed|held steady|maintain\w*)\b"
)
MIXED = re.compile(r"(?i)\b(?:mixed|uneven|diverg\w+|bifurcat\w+|volatile|uncertain|polari[sz]ed)\b")
# What else is said of a market: its size, its state, what is expected of it
STATES = re.compile(
    r"(?i)\b(?:(?:is|are|was|were) (?:widely |currently |now |generally |commonly )?(?:reported|estimated|projected"
    r"|forecast(?:ed)?|expected|believed|thought|predicted|set|poised|likely|anticipated|said|valued|worth|dominated"
    r"|driven)\b"
    r"|(?:is|are|has|have|was|were) (?:all but |almost |nearly |largely |been |become |becoming |still |also "
    r"|now ){0,3}(?:\w+ly )?(?:attractive"
    r"|challeng\w+|competitive|active|favou?rable|difficult|selective|disciplined|crowded|fragmented|consolidating"
    r"|constrained|cautious|healthy|high|low|large|closed|open|shut|busy|quiet|supportive|abundant|scarce|tight|ripe"
    r"|up|down|intense|fierce|keen|available|wide open|here to stay|crucial|key"
    r"|stretched|frothy|rich|full|cheap|undemanding|expensive|elevated|patchy|fragile|benign|strained|thin|rare"
    r"|limited|reasonable"
    r"|orderly|rational|remote|plentiful|concentrated|well below|well above|below|above|back to|under pressure|on hold"
    r"|nascent)"
    r"|remain\w*|continu(?:e|es|ed|ing)|total(?:led|ed|s|ing)?|amount(?:ed|s)? to|stood at|reach(?:ed|es)?|hit"
    r"|peaked|averag(?:ed|es)|account(?:ed|s) for|represent(?:ed|s)?|shift\w*|return(?:ed|s|ing)?|emerg\w+|vot(?:ed"
    r"|es)|pass(?:ed|es)|approv(?:ed|es)|rais(?:ed|es)|cut(?:s)?|held|kept|announced|signal(?:l?ed|s)"
    r"|stands? at|c[ao]me under|(?:has|have) become|unaffected|find(?:s|ing)|will|would|should|could|expect\w*"
    r"|reflect(?:s|ed)?|(?:has|have) yet to|(?:ended|finished|closed) the|number(?:ed|s)|list(?:ed|s)|m[ao]kes? up"
    r"|made up|account for"
    r"|looks?\b|appears?|seems?|feels?|left|stay(?:ed|s|ing)?|(?:has|have|had) been (?!an?\b|the\b|named\b)\w+"
    r"|financed|attract(?:ed|s|ing)?|impl(?:y|ies|ied)|went public|had (?:its|their)|sits?"
    r"|favou?r(?:ed|s)?|prefer(?:red|s)?|insist\w*|bec[ao]me|fetch\w*|t[ao]ke share|took share|crept|edged|resum\w+"
    r"|restart\w+"
    r"|command\w*|(?:is|are) (?:not |now |still )*(?:\w+ly )?\w{3,}ing|(?:has|have|did|do|does|is|are|was|were) not"
    r"|benefit\w*|experienc\w+|saw|see[ns]?|show(?:ed|s|n)?|price[ds]?|trad(?:ed"
    r"|es|ing))\b"
)
EXPECTED = re.compile(
    r"(?i)\b(?:expect\w*|anticipat\w*|forecast\w*|project(?:ed|s|ions?)|outlook|predict\w*|believe|likely|will"
    r"|should|poised|set to|foresee|look(?:ing)? ahead|going forward|estimate[ds]?|continue to)\b"
)
HORIZON = re.compile(
    r"(?i)\b(?P<when>(?:over|in|during|within|through|for|throughout) (?:the )?(?:next|coming|upcoming|remainder of"
    r"|rest of|balance of|second half of|first half of|medium|near|long|short|foreseeable|last|past|prior|previous"
    r"|current|trailing)"
    r"(?:[ -](?:(?:\w+ ){0,5}?(?:quarters?|years?|months?|weeks?|decades?|term|future|half)|(?:19|20)\d\d))"
    r"|by (?:the end of |year-end |late |early |mid-)?(?:19|20)\d\d|by (?:the )?(?:end of (?:the )?(?:year|decade"
    r"|quarter)|year-?end)|(?:through|until|into|in|during|since|for) (?:late |early |mid-|calendar |fiscal "
    r"|the (?:first|second|third|fourth) quarter(?: of)? |Q[1-4] )?(?:19|20)\d\d"
    r"|(?:during|in|over) the (?:\w+ )?(?:quarter|year|half|period|month)|year[- ](?:over|on)[- ]year"
    r"|quarter[- ](?:over|on)[- ]quarter|from the prior (?:year|quarter)|(?:compared (?:to|with)|versus"
    r"|from) (?:the )?(?:prior|previous|same|last)[\w -]{0,20}(?:year|quarter|period)|per (?:year|annum)"
    r"|this (?:year|quarter)|next (?:year|quarter)|near[- ]term|medium[- ]term|long(?:er)?[- ]term"
    r"|year[- ]to[- ]date)\b"
)
SECTION = re.compile(
    r"(?i)\b(?:market|markets|outlook|environment|commentary|econom\w+|macro\w*|industry|sector|trends?|overview"
    r"|landscape|backdrop|climate|cycle|what we (?:see|are seeing)|perspectives?|themes?)\b"
)

# A section that is about the market and nothing else: what it says of nobody in particular is said of the market
MARKET_SECTION = re.compile(
    r"(?i)\A\W*(?:[\w&/]+ ){0,4}?(?:markets?(?: (?:environment|commentary|overview|update|conditions|review|outlook"
    r"|backdrop|trends"
    r"|observations?|views?|perspectives?|context|summary|developments?))?|backdrop|macro(?:economics?)?|(?:economic"
    r"|investment"
    r"|exit|fundraising|credit|financing|deal|valuation|macroeconomic|venture|industry"
    r"|capital markets?) (?:environment|climate|landscape"
    r"|backdrop|conditions|overview|outlook)|(?:the )?(?:environment|climate)|what we (?:see|are seeing)|the economy"
    r"|house view\b.*|cycle)\W*\Z"
)
LEAD_INS = re.compile(
    r"(?i)\A(?:exits?|ipos?|m&a|fund-?raising|valuations?|credit|financing|macro|rates?|interest rates|currenc(?:y"
    r"|ies)|fx|public markets"
    r"|private markets|deal activity|deals|equities|economy|policy|inflation|growth|liquidity|sectors?|secondaries)\.\Z"
)
