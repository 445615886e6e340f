"""A service and a provider that asks it, over the wire that a module names with WIRE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ace.providers.anthropic import Anthropic
from ace.providers.openai import OpenAI
from ace.testing.fake_llm import FakeLLM

Serving = tuple[FakeLLM, Any]


@pytest.fixture(scope="module")
def wire(request: pytest.FixtureRequest) -> str:
    return request.module.WIRE


@pytest.fixture(scope="module")
def serving(wire: str) -> Iterator[Serving]:
    """One server and one provider: reading the machine's certificates takes longer than any test here."""
    with FakeLLM() as llm:
        yield llm, Anthropic(llm.anthropic_url) if wire == "anthropic" else OpenAI(llm.openai_url)


@pytest.fixture
def llm(serving: Serving) -> FakeLLM:
    serving[0].faults.clear()
    serving[0].log.clear()
    return serving[0]


@pytest.fixture
def provider(serving: Serving) -> Any:
    return serving[1]
