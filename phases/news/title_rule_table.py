"""The rules over titles: a name, a weight and a pattern each.

Weights are on one scale: +1 is what a report is made of, -1 is what it never prints. They were set by hand from what
the kinds mean and then held against real months of lab feeds; they are not fitted. Rules are in English: titles in
other languages get what their names and numbers say, and no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MODEL_FAMILIES = (
    "GPT|ChatGPT|Claude|Opus|Sonnet|Haiku|Gemini|Gemma|Veo|Imagen|Llama|Mistral|Mixtral|Magistral|Devstral|Codestral|"
    "Ministral|Pixtral|Voxtral|Qwen|QwQ|DeepSeek|Grok|Phi|Command|Aya|Nova|Titan|Nemotron|Granite|Kimi|GLM|Hunyuan|"
    "ERNIE|Seed|Seedance|MiniMax|Yi|Falcon|OLMo|Molmo|Sora|DALL|Whisper|Codex|Stable Diffusion|FLUX|Midjourney|"
    "Runway Gen|Kling|Jamba|Sonar|SAM|DINO|AlphaFold|AlphaEvolve|AlphaGenome|Genie|Composer|SWE"
)


@dataclass(frozen=True)
class Rule:
    """A named pattern. `weight` in -1..1; `in_lead` says whether the lead may fire it too, at LEAD_SHARE.

    Patterns are matched on the text in lower case, unless `cased`: that is twice as fast as ignoring case.
    """

    name: str
    weight: float
    pattern: re.Pattern[str]
    in_lead: bool = True
    cased: bool = False


def _words(alternatives: str) -> re.Pattern[str]:
    """Whole words; each alternative begins with a letter or a digit."""
    return re.compile(rf"\b(?<!-)(?:{alternatives})(?![\w-])")


RULES: tuple[Rule, ...] = (
    Rule(
        "release",
        0.8,
        _words(
            r"introduc(?:es?|ed|ing)|launch(?:es|ed|ing)?|announc(?:es?|ed|ing)|releas(?:es?|ed|ing)|"
            r"unveil(?:s|ed|ing)?|debuts?|roll(?:s|ed|ing) out|now (?:generally )?available|general availability|"
            r"is here|(?:is|are|goes) live|ships|presents|previews?|expands? access|new (?:ai |open |frontier )?models?"
        ),
    ),
    Rule(
        "model",
        0.7,
        re.compile(rf"\b(?:{_MODEL_FAMILIES})(?:[- ](?:[A-Z]\w*|v|R|V|o)){{0,2}}[- ]?[A-Za-z]?\d[\w.]*\b"),
        cased=True,
    ),
    Rule(
        "funding",
        0.7,
        _words(
            r"rais(?:es?|ed|ing) (?:another |over |about |nearly |up to )?(?:[$€£]|usd|eur)\s?\d\S*(?: [mb]illion)?|"
            r"series [a-h]|seed round|pre-seed|funding(?: round)?|valuation|valued at|ipo|goes public|"
            r"invest(?:s|ed|ing)? (?:[$€£]\s?\d\S*|in)|venture round|term sheet"
        ),
    ),
    Rule(
        "acquisition",
        0.7,
        _words(
            r"acqui(?:res?|red|ring|sitions?|hires?)|merg(?:es?|er|ing) with|takeover|buyout|"
            r"(?:to|will|agrees to) buy|joins (?:openai|anthropic|google|mistral|meta|microsoft|nvidia|xai)"
        ),
    ),
    Rule(
        "benchmark",
        0.5,
        _words(
            r"benchmarks?|leaderboards?|state[- ]of[- ]the[- ]art|sota|outperform(?:s|ed|ing)?|beats|surpass(?:es|ed)?|"
            r"tops|record(?:-breaking)?|arc-agi|swe-bench|mmlu|gold medal"
        ),
    ),
    Rule(
        "policy",
        0.6,
        _words(
            r"ai act|regulat(?:e|es|ed|ion|ions|ors?|ory)|legislation|lawmakers?|senate|congress|parliament|"
            r"european commission|executive order|lawsuits?|sues|sued|court|judge|ruling|antitrust|copyright|fined?|"
            r"bans?|banned|export controls?|sanctions|ftc|gdpr|policy|government|white house|sovereign(?:ty)?"
        ),
    ),
    Rule(
        "research",
        0.4,
        _words(
            r"papers?|stud(?:y|ies)|researchers?|research|arxiv|findings?|preprint|interpretability|alignment|"
            r"breakthroughs?|scaling laws?|distillation|reasoning|reinforcement learning|scientists?|discover(?:s|ed|y)"
        ),
    ),
    Rule(
        "security",
        0.5,
        _words(
            r"vulnerabilit(?:y|ies)|cve-\d+-\d+|breach(?:es|ed)?|exploit(?:s|ed)?|jailbreaks?|prompt injections?|"
            r"malware|ransomware|zero-days?|hack(?:s|ed|ers?)|backdoors?|leak(?:s|ed)?|cyber(?:attacks?|security)?|"
            r"safety|misuse|red[- ]team(?:ing|s)?|threats?|poisoning|responsible scaling"
        ),
    ),
    Rule(
        "hardware",
        0.5,
        _words(
            r"gpus?|tpus?|npus?|chips?|chipmakers?|semiconductors?|data ?cent(?:er|re)s?|supercomputers?|gigawatts?|"
            r"wafers?|hbm|foundry|compute|accelerators?|blackwell|humanoids?|robots?|robotics"
        ),
    ),
    Rule(
        "open_source",
        0.5,
        _words(r"open[- ]?sourc(?:e|es|ed|ing)|open[- ]weights?|open models?|apache 2\.0|mit licen[sc]e|hugging face"),
    ),
    Rule(
        "business",
        0.4,
        _words(
            r"partner(?:s|ship|ships|ing|ed)?|teams up|collaborat(?:es?|ion|ing)|deal with|agreement|contract|"
            r"revenue|earnings|layoffs?|lays off|expan(?:ds?|ding|sion)|strategic|joint venture|"
            r"\d[\d.,]* ?[mb]illion"
        ),
    ),
    Rule(
        "people",
        0.3,
        _words(
            r"appoint(?:s|ed|ing)?|steps? down|resign(?:s|ed)?|named (?:ceo|cto|chief)|new (?:ceo|cto)|hires|"
            r"poach(?:es|ed)?|departs?|leaves (?:openai|anthropic|google|meta|xai|apple|microsoft)|"
            r"chief (?:scientist|executive)"
        ),
    ),
    Rule("capability", 0.3, _words(r"agents?|agentic|multimodal|voice|vision|video generation|world models?|memory")),
    Rule(
        "tutorial",
        -0.5,
        _words(
            r"how[- ]to|(?:a|the|your|complete|ultimate|practical|developer|beginner'?s) guide|guide to|tutorials?|"
            r"getting started|step[- ]by[- ]step|walkthrough|cheat ?sheet|101|cookbook|tips|tricks|best practices|"
            r"build (?:a|an|your)|building (?:a|an|your)|explained|what (?:is|are) (?:an? |the )?[\w -]{2,30}\?|course"
        ),
        in_lead=False,
    ),
    Rule(
        "customer_story",
        -0.5,
        _words(
            r"customer (?:story|stories|spotlight)|case stud(?:y|ies)|success story|showcase|spotlight|"
            r"how [\w .&'’-]{2,40} (?:uses?|used|is using|built|builds|scaled|scales|cut|reduced|achieved|saves?|"
            r"slashed|transforms?|automates?|powers?)"
        ),
        in_lead=False,
    ),
    Rule(
        "event",
        -0.5,
        _words(
            r"webinars?|register (?:now|today)|join us|livestream|live ?blog|meetups?|hackathons?|recap|office hours|"
            r"podcast|episode|ep\. ?\d+|fireside|workshop|summit|conference|ask me anything|ama"
        ),
        in_lead=False,
    ),
    Rule(
        "listicle",
        -0.7,
        re.compile(
            r"^\s*(?:the )?(?:top |best )?(?:\d{1,3}|five|six|seven|eight|nine|ten)\+? (?!(?:[mb]illion|percent)\b)"
            r"(?:[\w-]+ ){0,3}(?:ways|tips|things|tools|examples|reasons|steps|mistakes|lessons|ideas|prompts|"
            r"apps|gadgets|gifts|trends|books|questions|takeaways|use cases|alternatives)\b"
            r"|\b(?:top|best) \d+\b|\bbest [\w ]{2,30} (?:of|for|in) 20\d\d\b",
        ),
        in_lead=False,
    ),
    Rule(
        "advert",
        -1.0,
        re.compile(
            r"\bsponsored\b|\badvertorial\b|\bpaid (?:post|content|partnership)\b|\bpartner content\b|"
            r"\b\d{1,2} ?% off\b|\b(?:save|get) [$€£]\d+|[$€£]\d+ off\b|"
            r"\bblack friday\b|\bcyber monday\b|\bprime day\b|"
            r"\bdiscount(?:s|ed)?\b|\bcoupons?\b|\bpromo codes?\b|\bgiveaway\b|\bgift guide\b|\bbest deals?\b|"
            r"\b(?:lowest|all-time low) price\b|\bhoroscope\b|\bwordle\b|\bconnections hints?\b",
        ),
        in_lead=False,
    ),
    Rule(
        "opinion",
        -0.3,
        re.compile(
            r"^\s*(?:opinion|editorial|op-ed|column|comment|viewpoint|perspective|essay|letters?)\s*[:|–—-]|"
            r"\bop-ed\b|^\s*why (?:i|we|you|your)\b|\bhere['’]s why\b|\bi (?:think|believe|tried|spent|asked)\b|"
            r"\bin defen[cs]e of\b|\bthe case (?:for|against)\b",
        ),
        in_lead=False,
    ),
    Rule(
        "digest",
        -0.4,
        _words(
            r"weekly|round-?up|newsletter|this week in|week in review|daily (?:brief|briefing|digest)|digest|"
            r"live updates|(?:morning|evening) (?:brief|briefing)|links for|open thread|year in review|what['’]s new in"
        ),
        in_lead=False,
    ),
    Rule(
        "changelog",
        -0.8,
        re.compile(
            r"^\s*(?:[a-z][\w-]+ ){0,3}v?\d+\.\d+\.\d+(?:[.-]\w+)*\s*$|\bchangelog\b|\brelease notes\b|\bhotfix\b"
        ),
        in_lead=False,
    ),
    Rule("hiring", -0.8, _words(r"we['’]?re hiring|job openings?|now hiring|careers? at|internships?"), in_lead=False),
    Rule(
        "notice",
        -1.0,
        re.compile(r"^\s*\[notice\]|\bno longer maintained\b|\bcookie policy\b|\bpage not found\b|\btest post\b"),
        in_lead=False,
    ),
)
