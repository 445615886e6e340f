"""How both services word batches and files. Each function answers one request: (status, body)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from ace.testing.fake_llm.answer import Body
from ace.testing.fake_llm.batches import Batch, Batches, Result, Row
from ace.testing.fake_llm.connection import Asked

LASTS = timedelta(hours=24)
ENDPOINTS = {"/v1/chat/completions": "chat", "/v1/embeddings": "embeddings"}
Reply = tuple[int, Any]


def messages_batches(batches: Batches, asked: Asked, address: str) -> Reply:
    """Everything below /v1/messages/batches."""
    name, _, action = asked.path.removeprefix("/v1/messages/batches").strip("/").partition("/")
    if not name:
        return _hand_in(batches, asked, address) if asked.method == "POST" else _listed(batches, address)
    batch = batches.get(name)
    if batch is None or not name.startswith("msgbatch"):
        return 404, _anthropic_error("not_found_error", f"no batch {name}")
    if asked.method == "DELETE":
        batch.deleted = True
        return 200, {"id": name, "type": "message_batch_deleted"}
    if action == "cancel":
        batch.cancelled = True
        batches.get(name)
    if action == "results":
        return 200, b"".join(json.dumps(_anthropic_row(one)).encode() + b"\n" for one in _taken(batch.results or []))
    return 200, _message_batch(batch, address)


def _hand_in(batches: Batches, asked: Asked, address: str) -> Reply:
    rows = [Row(one["custom_id"], "messages", one["params"]) for one in asked.json()["requests"]]
    names = {row.custom_id for row in rows}
    if not rows or len(names) != len(rows) or not all(_is_custom_id(name) for name in names):
        return 400, _anthropic_error(
            "invalid_request_error", "requests: custom_id must be unique, 1-64 of [a-zA-Z0-9_-]"
        )
    return 200, _message_batch(batches.add("msgbatch", rows, {}), address)


def _is_custom_id(text: str) -> bool:
    return 1 <= len(text) <= 64 and text.replace("-", "").replace("_", "").isalnum() and text.isascii()  # noqa: PLR2004


def _listed(batches: Batches, address: str) -> Reply:
    rows = [_message_batch(batch, address) for batch in batches.listed("msgbatch")]
    ends = {"first_id": rows[0]["id"], "last_id": rows[-1]["id"]} if rows else {"first_id": None, "last_id": None}
    return 200, {"data": rows, "has_more": False, **ends}


def _message_batch(batch: Batch, address: str) -> Body:
    ended = batch.results is not None
    counted = {name: len(batch.outcomes(name)) for name in ("succeeded", "errored", "canceled", "expired")}
    created = batch.created.isoformat()
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": "ended" if ended else "in_progress",
        "request_counts": {"processing": 0 if ended else len(batch.rows), **counted},
        "created_at": created,
        "expires_at": (batch.created + LASTS).isoformat(),
        "ended_at": created if ended else None,
        "archived_at": None,
        "cancel_initiated_at": created if batch.cancelled else None,
        "results_url": f"{address}/v1/messages/batches/{batch.id}/results" if ended else None,
    }


def _anthropic_row(one: Result) -> Body:
    result: Body = {"type": one.outcome}
    if one.outcome == "succeeded":
        result["message"] = one.body
    elif one.outcome == "errored":
        result["error"] = one.body
    return {"custom_id": one.custom_id, "result": result}


def _anthropic_error(kind: str, message: str) -> Body:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_fake"}


def openai_batches(batches: Batches, asked: Asked) -> Reply:
    """Everything below /v1/batches."""
    name, _, action = asked.path.removeprefix("/v1/batches").strip("/").partition("/")
    if not name and asked.method == "POST":
        return _begin(batches, asked.json())
    if not name:
        rows = [_openai_batch(batches, batch) for batch in batches.listed("batch")]
        return 200, {"object": "list", "data": rows, "has_more": False}
    batch = batches.get(name)
    if batch is None or not name.startswith("batch"):
        return 404, _openai_error(f"No batch found with id '{name}'.")
    if action == "cancel":
        batch.cancelled = True
        batches.get(name)
    return 200, _openai_batch(batches, batch)


def _begin(batches: Batches, wanted: Body) -> Reply:
    _, content = batches.files.get(wanted.get("input_file_id", ""), ("", None))
    if content is None:
        return 404, _openai_error("no such file")
    lines = [json.loads(line) for line in content.splitlines() if line.strip()]
    rows = [Row(one["custom_id"], ENDPOINTS[one["url"]], one["body"]) for one in lines]
    if len({row.custom_id for row in rows}) != len(rows):
        return 400, _openai_error("custom_id must be unique")
    return 200, _openai_batch(batches, batches.add("batch", rows, wanted))


def _openai_batch(batches: Batches, batch: Batch) -> Body:
    ended = batch.results is not None
    if ended and not batch.files:
        _write_files(batches, batch)
    good, bad = len(batch.outcomes("succeeded")), len(batch.outcomes("errored", "expired"))
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.asked.get("endpoint"),
        "errors": {"object": "list", "data": [{"code": "invalid_batch", "message": "no"}]} if batch.failed else None,
        "input_file_id": batch.asked.get("input_file_id"),
        "completion_window": "24h",
        "status": _status(batch),
        "output_file_id": batch.files.get("output"),
        "error_file_id": batch.files.get("error"),
        "created_at": int(batch.created.timestamp()),
        "expires_at": int((batch.created + LASTS).timestamp()),
        "completed_at": int(batch.created.timestamp()) if ended else None,
        "request_counts": {"total": len(batch.rows), "completed": good, "failed": bad},
        "metadata": batch.asked.get("metadata"),
    }


def _status(batch: Batch) -> str:
    if batch.failed:
        return "failed"
    if batch.cancelled:
        return "cancelled"
    if batch.results is None:
        return "in_progress"
    return "expired" if batch.outcomes("expired") else "completed"


def _write_files(batches: Batches, batch: Batch) -> None:
    """One file with the answers, one with the rest, each only if there is something for it."""
    for kind, rows in (("output", batch.outcomes("succeeded")), ("error", batch.outcomes("errored", "expired"))):
        if rows:
            content = b"".join(json.dumps(_openai_row(one)).encode() + b"\n" for one in rows)
            batch.files[kind] = batches.add_file("batch_output", content)


def _openai_row(one: Result) -> Body:
    row: Body = {"id": f"batch_req_{one.custom_id}", "custom_id": one.custom_id, "response": None, "error": None}
    if one.outcome == "expired":
        row["error"] = {"code": "batch_expired", "message": "not executed before the completion window expired"}
    else:
        status = 200 if one.outcome == "succeeded" else 500
        row["response"] = {"status_code": status, "request_id": "req_fake", "body": one.body}
    return row


def files(batches: Batches, asked: Asked) -> Reply:
    """Everything below /v1/files."""
    name, _, action = asked.path.removeprefix("/v1/files").strip("/").partition("/")
    if not name and asked.method == "POST":
        return _keep(batches, asked)
    if not name:
        return 200, {"object": "list", "data": [_file(batches, one) for one in batches.files], "has_more": False}
    if name not in batches.files:
        return 404, _openai_error(f"No such File object: {name}")
    if asked.method == "DELETE":
        del batches.files[name]
        return 200, {"id": name, "object": "file", "deleted": True}
    if action == "content":
        for batch in batches.listed("batch"):
            if batch.files.get("output") == name:
                _taken(batch.results or [])
        return 200, batches.files[name][1]
    return 200, _file(batches, name)


def _keep(batches: Batches, asked: Asked) -> Reply:
    content = _uploaded(asked)
    if content is None:
        return 400, _openai_error("no file")
    return 200, _file(batches, batches.add_file("batch", content))


def _uploaded(asked: Asked) -> bytes | None:
    """The part named `file` of a form."""
    _, _, mark = asked.headers.get("content-type", "").partition("boundary=")
    for part in asked.raw.split(b"--" + mark.strip('"').encode()) if mark else ():
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    return None


def _file(batches: Batches, name: str) -> Body:
    purpose, content = batches.files[name]
    return {
        "id": name,
        "object": "file",
        "bytes": len(content),
        "created_at": 1_795_000_000,
        "filename": f"{name}.jsonl",
        "purpose": purpose,
        "status": "processed",
    }


def _openai_error(message: str) -> Body:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


def _taken(results: list[Result]) -> list[Result]:
    """The results, which are handed out with this."""
    for one in results:
        if one.seen and one.outcome == "succeeded":
            one.seen.delivered = True
    return results
