"""Every error that ACE raises on purpose, each with the exit code that the command ends with.

AceError
├── UsageError               2   the command line asks for something that does not exist
├── PhaseError               1   a phase cannot do its work; nothing of it is committed
│   ├── OutputError          1   what a phase returned is not storable, or not what its schema says
│   └── ItemsFailed          1   more items failed than the phase tolerates
├── TransientError           1   worth another try: 429, 5xx, timeout, a lost connection, a dead worker
│   ├── WorkerCrashed        1   the process that worked on an item died
│   ├── DeadlineExceeded     1   an item took longer than it may
│   ├── RateLimited          1   a provider says: too many requests (429)
│   ├── Overloaded           1   a provider says: not now (529, 503)
│   ├── ServerFailed         1   a provider failed (other 5xx)
│   └── ConnectionFailed     1   no answer: timeout, reset, cut off in the middle
├── AnswerError              1   a model's answer cannot be used; this item fails, the answer is kept
│   ├── MalformedAnswer      1   it is not what was asked for, also after one more question
│   ├── AnswerRefused        1   the model declined to answer
│   └── AnswerTruncated      1   it ended at the limit of tokens
├── RequestRefused           1   a provider cannot take this request (400, 404, 413, 422)
│   └── ContextExceeded      1   it is longer than the model can read
├── BudgetReached            4   the money that was allowed is spent
├── DamagedArtifact         65   an artifact is torn, altered or belongs elsewhere
├── ProviderUnavailable     69   a model provider refuses to work at all: key, quota, payment
│   └── NotInLedger         69   replay was asked for, and this question was never answered
├── CannotCreate            73   a run folder or a file cannot be made
├── StorageError            74   reading or writing failed: full disk, read-only, I/O error
├── Locked                  75   another process works on this run or pipeline
├── Waiting                 75   a provider's batch is under way; the next start picks it up
├── ConfigError             78   a configuration or source file says something impossible
└── Interrupted  5, 6, 130, 143  a request or a signal ended the run; it can be resumed
"""

from __future__ import annotations

EXIT_CODES: dict[int, str] = {
    0: "completed",
    1: "a phase failed; the run can be resumed",
    2: "usage: unknown pipeline, phase, run or option",
    3: "partial: finished, with something missing that is named",
    4: "budget reached; the run can be resumed",
    5: "paused on request; ace resume goes on with it",
    6: "cancelled on request; what is committed is kept",
    65: "damaged artifact",
    69: "model provider unavailable; the run can be resumed",
    70: "a bug in ACE",
    73: "a run folder or file cannot be created",
    74: "input/output error (full disk, read-only folder); earlier artifacts are intact",
    75: "try again later: another process works on this run or pipeline, or a provider's batch is under way",
    78: "configuration error",
    130: "interrupted (SIGINT); the run can be resumed",
    143: "terminated (SIGTERM); the run can be resumed",
}


class AceError(Exception):
    """Base of all. `hint` is the next thing to type or to look at.

    Both are text that can be stored and printed: what a phase quotes from the web may hold lone surrogates.
    """

    exit_code = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.message = message.encode("utf-8", "replace").decode()
        self.hint = hint.encode("utf-8", "replace").decode()
        super().__init__(self.message)


class UsageError(AceError):
    """The command line names something that does not exist."""

    exit_code = 2


class PhaseError(AceError):
    """A phase cannot do its work. Permanent: the same inputs would fail again."""

    exit_code = 1


class OutputError(PhaseError):
    """What a phase returned cannot be stored or breaks its schema; `path` is where in the data."""

    def __init__(self, message: str, *, path: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class ItemsFailed(PhaseError):
    """More items failed than the phase tolerates."""


class TransientError(AceError):
    """Worth another try. `retry_after` (seconds) is what the other side asked for, if it did."""

    exit_code = 1

    def __init__(self, message: str, *, retry_after: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class WorkerCrashed(TransientError):
    """The process that worked on an item died (segmentation fault, out of memory, killed)."""


class DeadlineExceeded(TransientError):
    """An item took longer than it may."""


class RateLimited(TransientError):
    """A provider says: too many requests (429)."""


class Overloaded(TransientError):
    """A provider says: not now (529, 503)."""


class ServerFailed(TransientError):
    """A provider failed (5xx)."""


class ConnectionFailed(TransientError):
    """No answer came, or half of one: timeout, refused, reset. Whether it was billed is unknown."""


class AnswerError(AceError):
    """A model's answer cannot be used. Permanent for its item: the same question has this answer."""

    exit_code = 1


class MalformedAnswer(AnswerError):
    """The answer is not JSON of the shape that was asked for, or breaks a rule of the phase."""


class AnswerRefused(AnswerError):
    """The model declined to answer."""


class AnswerTruncated(AnswerError):
    """The answer ended at the limit of tokens."""


class RequestRefused(AceError):
    """A provider cannot take this request: malformed, too large, an unknown model."""

    exit_code = 1


class ContextExceeded(RequestRefused):
    """The request is longer than the model can read."""


class BudgetReached(AceError):
    """The money that was allowed is spent."""

    exit_code = 4


class DamagedArtifact(AceError):
    """An artifact is torn, altered after its commit, or belongs to another run; `path` names the file."""

    exit_code = 65

    def __init__(self, message: str, *, path: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class ProviderUnavailable(AceError):
    """A model provider refuses to work at all (key, quota, payment)."""

    exit_code = 69


class NotInLedger(ProviderUnavailable):
    """Replay was asked for, and the ledger holds no answer to this question."""


class CannotCreate(AceError):
    """A run folder or file cannot be made."""

    exit_code = 73


class StorageError(AceError):
    """Reading or writing failed; `path` names the file. A full disk is not retried."""

    exit_code = 74

    def __init__(self, message: str, *, path: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class Locked(AceError):
    """Another process works on this run or pipeline; `holder` is what is known of it."""

    exit_code = 75

    def __init__(self, message: str, *, holder: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.holder = holder


class Waiting(AceError):
    """A provider's batch is under way; the run goes on when it is started again."""

    exit_code = 75


class ConfigError(AceError):
    """A configuration or source file says something impossible; the message names file and line or key."""

    exit_code = 78


class Interrupted(AceError):
    """A signal, a pause or a cancel ended the run between two items."""

    def __init__(self, message: str, *, exit_code: int = 130, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code
