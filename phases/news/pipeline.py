"""news: the nightly AI-industry report, ten phases from sources to a checked Markdown page."""

from __future__ import annotations

from ace import MODEL_KEYS, Phase, Pipeline

PIPELINE = Pipeline(
    name="news",
    title="nightly AI-industry report",
    package="phases.news",
    schemas="news",
    options={"sources": "initialization.sources", "input": "initialization.sources"},
    phases=(
        Phase(
            "initialization",
            reads=(),
            items="sources",
            item="source",
            config={
                "sources": [],  # empty = the built-in list; else files, folders, URLs, "builtin" or "sample"
                "window_hours": 36.0,
                "window_end": "",  # empty = when the run started; else an ISO date-time
                "earlier_runs": 7,  # how many earlier reports count as known
                "categories_file": "",  # empty = the built-in categories
                "company": "",  # empty = the built-in company context; else a JSON file
                "allow_loopback": False,  # whether the address of a source list may be on this machine
            },
            files=("sources.json", "categories.json", "company.json"),
        ),
        Phase(
            "scraping",
            items="articles",
            dropped="skipped",
            item="article",
            config={
                "concurrency": 32,
                "per_host": 2,
                "timeout_s": 15.0,
                "max_bytes": 5_000_000,
                "max_per_source": 20,  # 0 = no limit
                "min_interval_s": 3600.0,  # between two fetches of one feed
                "allow_loopback": False,
                "respect_robots": True,
                "user_agent": "ace-news/0.1 (+https://example.org/ace; polite nightly reader)",
            },
            stall_after=600.0,
        ),
        Phase(
            "tier1_filter",
            reads=("scraping", "initialization"),
            items="articles",
            dropped="dropped",
            item="article",
            config={"keep": 32, "languages": ["en"], "min_chars": 300},
        ),
        Phase(
            "tier2_batch",
            reads=("tier1_filter", "initialization"),
            items="articles",
            dropped="dropped",
            item="article",
            files=("prompts/tier2_batch.md",),
            config={
                **MODEL_KEYS,
                "keep": 24,  # 0 = no limit
                "min_score": 0.0,  # 0 to 10
                # Shares of the score. Where it comes from and what kind of news it is carry most of what can be known
                # without a model (benchmarks/news/ranking.py measures them).
                "weights": {
                    "source_prior": 0.34,
                    "title_rules": 0.20,
                    "subject": 0.15,
                    "outlets": 0.10,
                    "brevity": 0.08,
                    "interests": 0.07,
                    "categories": 0.03,
                    "freshness": 0.03,
                },
            },
        ),
        Phase(
            "tier3_5d",
            reads=("tier2_batch", "initialization"),
            items="articles",
            dropped="dropped",
            item="article",
            files=("prompts/tier3_5d.md",),
            config={
                **MODEL_KEYS,
                "keep": 16,  # 0 = no limit
                # Dimensions that are scored, with their share in the order and in the ranking
                "weights": {
                    "impact": 0.40,
                    "relevance": 0.25,
                    "novelty": 0.15,
                    "credibility": 0.10,
                    "actionability": 0.10,
                },
            },
        ),
        Phase(
            "ranking",
            reads=("tier3_5d", "initialization"),
            items="articles",
            dropped="dropped",
            item="article",
            config={
                "keep": 10,
                "per_source": 3,  # caps; 0 = none
                "per_category": 5,
                "weights": {"tier2": 0.50, "dimensions": 0.40, "tier1": 0.05, "freshness": 0.05},
                "diversity": 0.0,  # 0 = off; 1 = a title that was already taken counts nothing
            },
        ),
        Phase(
            "paraphrasing",
            items="articles",
            item="article",
            files=("prompts/paraphrasing.md",),
            config={**MODEL_KEYS, "min_chars": 500, "max_chars": 600},
        ),
        Phase(
            "enrichment",
            reads=("paraphrasing", "initialization"),
            items="articles",
            item="article",
            config={**MODEL_KEYS, "max_entities": 12},  # per article; 0 = no limit
            files=("knowledge.json", "prompts/enrichment.md"),
        ),
        Phase(
            "validation",
            reads=("enrichment", "initialization"),
            items="articles",
            dropped="held",
            item="article",
            files=("prompts/validation.md",),
            config={
                **MODEL_KEYS,
                "min_sources": 3,  # fewer give a warning in the report
                "per_source": 3,  # 0 = no limit
                "languages": ["en"],  # [] = any
                "min_chars": 500,
                "max_chars": 600,
            },
        ),
        Phase(
            "final_report",
            reads=("validation", "initialization", "scraping", "tier1_filter", "ranking"),
            items="articles",
            item="article",
            config={"title": "AI industry report"},
        ),
    ),
)
