"""What a statement about the market speaks of: the subjects by topic. Word lists and nothing else.

The lists are of the trade, not of any document: what limited partners are told about exits, fundraising, valuations,
credit, public markets, deals, the economy, currencies, policy and sectors.
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
                r"(?:ipo|listings?) (?:window|market|activity|pipeline|volumes?|proceeds|calendar)|ipos"
                r"|initial public offerings?"
                r"|exit (?:activity|market|environment|window|volumes?|values?"
                r"|conditions|opportunities|multiples|routes)|exits|m ?& ?a(?: (?:activity|markets?|environment"
                r"|conditions|pace|totals?|volumes?|values?|deals?|transactions?|pressures?|disruptions?"
                r"|bottlenecks))?|mergers and acquisitions"
                r"|merger activity|spacs?|takeovers?|trade sales|holding periods"
                r"|proceeds (?:from|of) (?:[\w.]+ ){0,3}(?:initial public offerings|ipos|listings)|exit proceeds"
                r"|(?:venture|private[- ]equity|vc|sponsor)-backed (?:\w+ ){0,2}(?:compan(?:y|ies)|ipos|exits"
                r"|listings)|unicorns?|private companies"
                r"|continuation (?:vehicles|funds)|number of (?:\w+ )?(?:ipos|listings|exits|flotations)|flotations"
                r"|(?:strategic|corporate|trade|financial) (?:acquirers?|buyers?)|acquirers|(?:venture"
                r"|buyout) exits?(?: value)?"
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
                r"|institutional investors|limited partners|allocators|new commitments|capital commitments"
                r"|(?:venture|buyout|private equity|growth equity|secondary|credit) (?:funds|managers|firms)"
            ),
        ),
        (
            "valuations",
            (
                r"(?:pre-money|post-money|median|average|entry|market|private|public|venture|startup|tech\w*"
                r"|early-stage|late-stage|company|purchase|software|industry) (?:\w+ )?"
                r"(?:valuations?|multiples?)|valuations|valuation (?:levels|environment|multiples)"
                r"|multiples|(?:seed|deal|round|entry|current|private|public|late-stage|secondary) pricing"
                r"|price expectations|asset prices"
                r"|entry prices|purchase price multiples|entry multiples|price-to-\w+ ratios?|cap rates?"
            ),
        ),
        (
            "credit",
            (
                r"credit (?:spreads?|markets?|conditions|availability|standards)|(?:high-yield|loan|leveraged loan|bond"
                r"|investment-grade|lending) (?:spreads?|markets?|issuance|yields?|standards|conditions|activity)"
                r"|(?:leveraged |bank )?loan (?:volumes?|defaults?|prices)|(?:direct |bank )?lenders|banks"
                r"|treasur(?:ies|ys)|covenants|covenant-lite \w+|private credit funds|(?:repo|key|interest) rate"
                r"|fed funds futures|fed funds|(?:3-month |one-month )?(?:libor|sofr|euribor|sonia)|(?:government "
                r"|corporate )?bonds"
                r"|leverage (?:levels|multiples|ratios)|refinancings?|credit losses|documentation standards|yields? on"
                r"|(?:funding|deposit|bank|prime|discount|mortgage|lending|overnight) rates?|high[- ]yield"
                r"|distressed exchanges"
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
                r"|small[- ]caps?|large[- ]caps?|(?:[\w&/.-]+ ){1,6}index|share prices|stock exchanges?|bourses?"
                r"|mutual funds|stocks|growth stocks|market volatility|volatility|vix|indices"
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
                r"|round sizes?|(?:down|flat|up|bridge|insider|extension|mega-?|inside)[ -]?(?:rounds|deals)"
                r"|mega-?(?:rounds|deals)"
                r"|(?:venture|vc|seed|growth|start-?up|equity|early-stage|late-stage) (?:capital )?(?:financings?"
                r"|fundings?|activity"
                r"|rounds)|corporate venture (?:arms?|capital|investors?)|(?:crossover|hedge fund|tourist"
                r"|non-traditional) investors"
                r"|hedge funds|sovereign wealth funds|start-?ups|founders|entrepreneurs|competition for|sponsors"
                r"|term sheets"
                r"|investment (?:in|into) [\w -]{3,40}?(?:start-?ups|companies)|secondary sales|deals"
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
                r"|exports?|imports?|industrial production"
                r"|(?:[\w-]+ ){0,3}prices(?! of our)|(?:freight|shipping|charter|vacancy|savings|jobless"
                r"|default) rates?"
                r"|consumer sentiment|capital (?:spending|expenditures)|capex|payrolls|job (?:growth|openings|losses)"
                r"|layoffs|rents"
                r"|retail sales|macro(?:economic)? (?:conditions|environment|backdrop|headwinds|uncertainty)"
                r"|geopolitical \w+|trade (?:tensions|policy)|tariffs?"
            ),
        ),
        (
            "currency",
            (
                r"(?:u\.?s\.? )?dollar|euro|sterling|yen|renminbi|yuan|rupee|krona|krone|pound|greenback"
                r"|(?:swiss )?franc|exchange rates?|currenc(?:y"
                r"|ies)(?: markets?| movements?)?"
            ),
        ),
        (
            "policy",
            (
                r"congress|the fed|federal reserve|fomc|ecb|european central bank|bank of england|bank of japan"
                r"|central banks?|bank of \w+|riksbank|norges bank|swiss national bank|parliament|the administration"
                r"|sanctions|brexit"
                r"|elections?|the (?:u\.s\. |federal |british |german |french )?government|regulators?"
                r"|european commission|lawmakers|(?:tax|regulatory|policy|legislative"
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
                r"|u\.?s\.?|european|chinese|regional|domestic|international|national|air"
                r"|online) (?:[\w-]+ ){0,3}?(?:travel|traffic"
                r"|production|consumption|installations|deliveries|penetration|output|capital|demand|spending|sales"
                r"|shipments|adoption|capacity"
                r"|investment|appetite|sentiment|interest)|demand for|spending on"
                r"|[\w-]+ [\w-]+ spending (?=is|will|should)|shipments of|sales of (?:semiconductors?"
                r"|electric vehicles|software|smartphones|\w+ devices)"
                r"|adoption of|market conditions|investors"
            ),
        ),
    )
)
