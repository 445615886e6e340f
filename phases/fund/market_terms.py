"""What a statement about the market speaks of, and how it says that something moves. Word lists and nothing else.

The lists are of the trade, not of any document: what limited partners are told about exits, fundraising, valuations,
credit, public markets, deals, the economy, policy and sectors.
"""

from __future__ import annotations

import re

# topic: what stands in the subject of the clause. The first that fits is the topic.
TOPICS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (topic, re.compile(rf"(?i)\b(?:{pattern})\b"))
    for topic, pattern in (
        (
            "exits",
            (
                r"ipo (?:window|market|activity|pipeline|volumes?|proceeds|calendar)|ipos|initial public offerings?"
                r"|exit (?:activity|market|environment|window|volumes?|values?"
                r"|conditions|opportunities|multiples|routes)|exits|m ?& ?a(?: (?:activity|markets?|environment"
                r"|conditions|pace|totals?|volumes?|values?|deals?|transactions?|pressures?|disruptions?"
                r"|bottlenecks))?|mergers and acquisitions"
                r"|merger activity|spacs?|takeovers?"
                r"|secondar(?:y|ies) (?:market|volumes?|pricing|transactions?|discounts)|secondaries|(?:industry"
                r"|market) distributions|distributions (?:to [\w ]{4,20} )?across the industry"
            ),
        ),
        (
            "fundraising",
            (
                r"fund-?raising(?: (?:activity|markets?|environment|conditions|pace|totals?|volumes?|values?|deals?"
                r"|transactions?|pressures?|disruptions?|bottlenecks))?|capital raising|dry powder"
                r"|limited partner (?:appetite|demand|commitments)"
                r"|lp (?:appetite|demand|commitments)"
                r"|(?:capital|commitments) raised by \w+|new fund (?:formation|launches)|funds raised|lps"
                r"|institutional investors|limited partners|allocators"
            ),
        ),
        (
            "valuations",
            (
                r"(?:pre-money|post-money|median|average|entry|market|private|public|venture|startup|tech\w*"
                r"|early-stage|late-stage|company|purchase|software|industry) (?:\w+ )?"
                r"(?:valuations?|multiples?)|valuations|valuation (?:levels|environment|multiples)"
                r"|purchase price multiples|entry multiples|price-to-\w+ ratios?|cap rates?"
            ),
        ),
        (
            "credit",
            (
                r"credit (?:spreads?|markets?|conditions|availability|standards)|(?:high-yield|loan|leveraged loan|bond"
                r"|investment-grade|lending) (?:spreads?|markets?|issuance|yields?|standards|conditions|activity)"
                r"|spreads|interest rates?|borrowing costs?|(?:treasury|bond|government bond|10-year|two-year|gilt"
                r"|bund) yields?|yields|default rates?|refinancing (?:activity|markets?|conditions)|debt (?:markets?"
                r"|financing conditions)"
                r"|financing (?:conditions|markets?|costs)|liquidity conditions|policy rates?|base rates?"
                r"|venture (?:debt|lending)(?: (?:activity|markets?|environment|conditions|pace|totals?|volumes?"
                r"|values?|deals?|transactions?|pressures?|disruptions?|bottlenecks))?|private credit"
                r"|direct lending(?: (?:activity|markets?|environment|conditions|pace|totals?|volumes?|values?"
                r"|deals?|transactions?|pressures?|disruptions?|bottlenecks))?"
            ),
        ),
        (
            "public markets",
            (
                r"(?:public|equity|stock|global|capital|financial|emerging|developed|u\.?s\.?|european|asian|bond"
                r"|growth|small-cap|large-cap|tech(?:nology)?|publicly traded) (?:equity |stock "
                r"|capital )?(?:markets|equities|stocks|indices|indexes|shares)"
                r"|stock market|(?:s ?& ?p(?: 500)?|nasdaq(?: composite)?|msci(?: \w+){0,3}|dow jones(?: \w+){0,2}"
                r"|ftse(?: \d+)?|dax|stoxx(?: (?:activity|markets?|environment|conditions|pace|totals?|volumes?"
                r"|values?|deals?|transactions?|pressures?|disruptions?|bottlenecks))?|russell \d+|nikkei"
                r"|hang seng)(?: index)?|equities"
                r"|market volatility|volatility|vix|indices"
            ),
        ),
        (
            "deal activity",
            (
                r"deal (?:activity|volumes?|values?|counts?|flow|making|sizes?|pace)|dealmaking|buyout (?:activity"
                r"|volumes?|market)|buyouts|(?:venture|vc|private equity|seed|growth|startup|early-stage|late-stage"
                r"|global|u\.?s\.?|european) "
                r"(?:capital )?(?:investment|investing|funding|deal\w*|activity|market)(?: (?:activity|volumes?|levels?"
                r"|pace|market|totals?))?|investment (?:activity|pace|volumes?)|transaction (?:activity|volumes?)"
                r"|round sizes?|down rounds?"
                r"|competition for (?:[\w-]+ )?(?:deals|assets)|(?:pre-seed|seed|early-stage|late-stage|growth"
                r"|venture)(?: and [\w-]+)? rounds"
            ),
        ),
        (
            "economy",
            (
                r"(?:global|u\.?s\.?|european|domestic|chinese|world|german|british|uk|euro ?area|eurozone|macro\w*"
                r"|real|broader|overall)?\s?(?:economy|gdp(?: growth)?|economic (?:growth|activity|conditions"
                r"|outlook|environment|data|uncertainty))"
                r"|(?:core |headline |wage |consumer price )?inflation|(?:un)?employment|labou?r markets?|wages?"
                r"|consumer (?:spending|confidence|demand|prices)|recession\w*|business confidence|pmis?|(?:oil"
                r"|energy|commodity|gas|power|electricity) prices"
                r"|supply chains?(?: (?:activity|markets?|environment|conditions|pace|totals?|volumes?|values?"
                r"|deals?|transactions?|pressures?|disruptions?|bottlenecks))?|housing (?:market|starts|prices)"
                r"|exports?|industrial production"
                r"|retail sales|macro(?:economic)? (?:conditions|environment|backdrop|headwinds|uncertainty)"
                r"|geopolitical \w+|trade (?:tensions|policy)|tariffs?"
            ),
        ),
        (
            "currency",
            (
                r"(?:u\.?s\.? )?dollar|euro|sterling|yen|renminbi|swiss franc|exchange rates?|currenc(?:y"
                r"|ies)(?: markets?| movements?)?"
            ),
        ),
        (
            "policy",
            (
                r"congress|the fed|federal reserve|fomc|ecb|european central bank|bank of england|bank of japan"
                r"|central banks?|regulators?|european commission|lawmakers|(?:tax|regulatory|policy|legislative"
                r"|antitrust) "
                r"(?:reform|changes?|credits?|environment|regime|scrutiny|uncertainty|incentives?|framework)"
                r"|inflation reduction act|chips act|subsidies|legislation"
            ),
        ),
        (
            "sector",
            (
                r"(?:the )?(?:global |total |addressable |worldwide |u\.?s\.? |european |overall |potential "
                r"|broader )*(?:(?!the |an? |\w+[^-]ed |in |of )[\w-]+ ){0,4}(?:market|markets|industry|industries"
                r"|sector|sectors)(?! (?:participants?|price|prices|value|values|share|risk|capitali[sz]ation|approach"
                r"|data|inputs?|quotations?|multiples?|comparables?|makers?|conditions))"
                r"|(?:worldwide|global|industry|market|consumer|enterprise|corporate|customer|end-market|investor"
                r"|u\.?s\.?|european|chinese) (?:[\w-]+ ){0,3}?(?:demand|spending|sales|shipments|adoption|capacity"
                r"|investment|appetite|sentiment|interest)|demand for|spending on"
                r"|[\w-]+ [\w-]+ spending (?=is|will|should)|shipments of|sales of (?:semiconductors?"
                r"|electric vehicles|software|smartphones|\w+ devices)"
                r"|adoption of|market conditions|investors"
            ),
        ),
    )
)

UP = re.compile(
    r"(?i)\b(?:rose|rise[sn]?|rising|increas\w+|grew|grow[sn]?|growing|growth|gain(?:ed|s|ing)?|climb\w*|jump\w*"
    r"|surg\w+|soar\w*|rall(?:y|ied|ies)|expand\w*|widen\w*|accelerat\w+|improv\w+|recover\w*|rebound\w*"
    r"|re-?open\w*|strengthen\w*|appreciat\w+|outpac\w+|doubl\w+|tripl\w+|quadrupl\w+|picked up|pick(?:s|ing)? up"
    r"|up \d|up by|higher|advanc\w+|exceed\w*|strong(?:er)?|robust|buoyant|record (?:high|level|highs)"
    r"|reach\w* (?:a |an |its )?(?:record|all-time|new)|extend\w*|boost\w*|return(?:ed|ing)? to growth|resurgen\w+"
    r"|upturn)\b"
)
DOWN = re.compile(
    r"(?i)\b(?:fell|fall(?:s|en|ing)?|declin\w+|decreas\w+|drop\w*|contract(?:ed|s|ing|ion)|shrank|shrink\w*|shrunk"
    r"|slow(?:ed|s|ing|er|down)?|weaken\w*|soften\w*|tighten\w*|narrow\w*|compress\w+|plung\w+|slump\w*|slid"
    r"|slide[sn]?|tumbl\w+|eas(?:ed|es)\b(?! pressure)|cool\w*|subdued|muted|depressed|weak(?:er)?|down \d|down by|"
    r"lower|retreat\w*|deteriorat\w+|depreciat\w+|moderat\w+|stall\w*|dried up|clos(?:ed|es) (?:shut|for)"
    r"|remain\w* (?:shut|closed|challeng\w+|difficult)|halv\w+|lag\w*|pull(?:ed)? back|correct(?:ed|ion)|sluggish"
    r"|reduc\w+|worsen\w*|trough\w*|sold off|sell-off|erod\w+)\b"
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
    r"|(?:is|are|has|have|was|were) (?:been |become |becoming |still |also |now )?(?:\w+ly )?(?:attractive"
    r"|challeng\w+|competitive|active|favou?rable|difficult|selective|disciplined|crowded|fragmented|consolidating"
    r"|constrained|cautious|healthy|high|low|large|closed|open|shut|busy|quiet|supportive|abundant|scarce|tight|ripe"
    r"|nascent)"
    r"|remain\w*|continu(?:e|es|ed|ing)|total(?:led|ed|s|ing)?|amount(?:ed|s)? to|stood at|reach(?:ed|es)?|hit"
    r"|peaked|averag(?:ed|es)|account(?:ed|s) for|represent(?:ed|s)?|shift\w*|return(?:ed|s|ing)?|emerg\w+|vot(?:ed"
    r"|es)|pass(?:ed|es)|approv(?:ed|es)|rais(?:ed|es)|cut(?:s)?|held|kept|announced|signal(?:l?ed|s)"
    r"|stands? at|c[ao]me under|(?:has|have) become|unaffected|find(?:s|ing)|will|would|should|could|expect\w*"
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
    r"|landscape|perspectives?|themes?)\b"
)
