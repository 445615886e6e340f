"""Asking a model: one path for every provider, with a ledger that remembers every paid answer.

session.Session.complete
├── ledger.find          the raw answer of the same question, from any run
├── ledger.open_call     an intent with its worst-case price; refused at the budget's edge
├── limits.Limiter       concurrency, requests and tokens a minute, a pause that all share
├── Provider.send        anthropic | openai | mock; the SDK's own retries are off
├── ledger.answered      the raw answer, on disk before anything looks into it
├── Provider.read        text, stop reason, usage; pricing.cost, ledger.settle
└── structured.value     the answer as JSON that fits the full schema, or one more question
"""
