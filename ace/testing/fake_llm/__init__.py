"""A language-model service on the loopback interface, for tests and benchmarks: real HTTP, real SDKs, no network.

It speaks Anthropic Messages and Message Batches; OpenAI chat completions, embeddings, files and batches; Cohere embed.
Answers fit the requested JSON Schema and are the same for the same request. Faults come by rule, and every request is
in a log that says what was billed and what was delivered.

    faults = [Fault(429, first=1, retry_after=2), Fault("refusal", contains="poison")]
    with FakeLLM(latency_s=0.05, faults=faults) as llm:
        ask(base_url=llm.anthropic_url)  # or llm.openai_url, llm.cohere_url
    llm.log.check_nothing_asked_twice()  # nothing was asked again after its answer had been delivered
    llm.log.check_billed_once(106)       # and nothing was lost on the way either

In a process of its own: `python -m ace.testing.fake_llm --latency 0.2 --rate 40`.
Not there: streaming, the responses API, checks of images. Token counts are characters / 4.
"""

from ace.testing.fake_llm.faults import Fault
from ace.testing.fake_llm.log import Log, Seen
from ace.testing.fake_llm.server import FakeLLM
from ace.testing.fake_llm.service import Setup

__all__ = ["FakeLLM", "Fault", "Log", "Seen", "Setup"]
