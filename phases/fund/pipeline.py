"""fund: figures out of one fund or venture report, each with page, box and checks. Eight phases, five side by side."""

from __future__ import annotations

from ace import EMBEDDING_KEYS, MODEL_KEYS, Phase, Pipeline

READ = ("hybrid_chunking", "document_analysis")
EXTRACTORS = (
    "vector_embedding",
    "fund_metrics",
    "company_intelligence",
    "co_investor_analysis",
    "market_intelligence",
)
WORDINGS = ("metrics/metric_wordings.json", "tables/column_wordings.json", "metrics/prose_wordings.json")

PIPELINE = Pipeline(
    name="fund",
    title="figures out of a fund report (PDF)",
    package="phases.fund",
    schemas="fund",
    options={"input": "document_analysis.files"},
    across="phases.fund.across.across:compare",
    phases=(
        Phase(
            "document_analysis",
            reads=(),
            items="pages",
            item="page",
            config={
                "files": [],  # exactly one PDF
                "password": "",  # of an encrypted PDF; "env:NAME" takes it from the environment variable NAME
                "ocr": True,  # read pages without text as pictures
                "ocr_dpi": 200,  # dots per inch of those pictures
                "ocr_pages": 50,  # at most so many of them; later ones stay unread and are named
                "max_pages": 2000,  # a longer file is refused
            },
            files=("document/document_types.json",),
            stall_after=600.0,
        ),
        Phase(
            "hybrid_chunking", reads=("document_analysis",), items="chunks", item="chunk", config={"max_chars": 1200}
        ),
        Phase(
            "vector_embedding", reads=("hybrid_chunking",), items="vectors", item="vector", config={**EMBEDDING_KEYS}
        ),
        Phase(
            "fund_metrics",
            reads=READ,
            items="metrics",
            item="metric",
            config={**MODEL_KEYS},
            files=(*WORDINGS, "prompts/fund_metrics.md"),
        ),
        Phase(
            "company_intelligence",
            reads=READ,
            items="positions",
            item="position",
            config={**MODEL_KEYS},
            files=(*WORDINGS, "prompts/company_intelligence.md"),
        ),
        Phase(
            "co_investor_analysis",
            reads=READ,
            items="rounds",
            item="round",
            config={**MODEL_KEYS},
            files=("prompts/co_investor_analysis.md",),
        ),
        Phase(
            "market_intelligence",
            reads=READ,
            items="statements",
            item="statement",
            config={**MODEL_KEYS},
            files=("prompts/market_intelligence.md",),
        ),
        Phase(
            "result_aggregation",
            reads=("document_analysis", "hybrid_chunking", *EXTRACTORS),
            optional=EXTRACTORS,
            at_least=1,
            items="fields",
            item="figure",
            tables="tables",
            config={"accept_from": 0.94},  # confidence below which a figure goes to review
            files=("checks/calibration.json",),
        ),
    ),
)
