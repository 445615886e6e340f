"""What a status, a body or a header means."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from ace import errors
from ace.providers import failures


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": formatdate(1_000_030, usegmt=True)}, 30.0),
        ({"retry-after": formatdate(999_000, usegmt=True)}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert failures.retry_after(headers, now_s=1_000_000.0) == seconds


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {"error": {"type": "insufficient_quota", "message": "m"}}, errors.ProviderUnavailable),
        (429, {"error": {"message": "You exceeded your current quota"}}, errors.ProviderUnavailable),
        (
            400,
            {"error": {"message": "You have reached your specified API usage limits. You will regain access"}},
            errors.ProviderUnavailable,
        ),
        (
            429,
            {"error": {"message": "m", "details": {"error_code": "enforced_spend_limit_reached"}}},
            errors.ProviderUnavailable,
        ),
        (429, {"message": "slow down"}, errors.RateLimited),
        (400, {"object": "error", "message": "This model's maximum context length is 4096"}, errors.ContextExceeded),
        (400, {"error": {"code": "context_length_exceeded", "message": "m"}}, errors.ContextExceeded),
        (400, {"error": "model requires more system memory"}, errors.RequestRefused),
        (404, {"error": {"message": "model not found"}}, errors.RequestRefused),
        (500, "<html>", errors.ServerFailed),
        (502, None, errors.ServerFailed),
        (503, [], errors.Overloaded),
        (302, "", errors.ServerFailed),
    ],
)
def test_bodies(status: int, body: object, expected: type[errors.AceError]) -> None:
    assert type(failures.of_body("p", status, body, {})) is expected


def test_messages_are_short_and_hold_no_key() -> None:
    error = failures.of_status("p", 401, "Incorrect API key\nprovided: sk-proj-abcdef123456. " + "x" * 1000)
    assert "sk-…" in error.message
    assert "abcdef" not in error.message
    assert "\n" not in error.message
    assert len(error.message) < 400
