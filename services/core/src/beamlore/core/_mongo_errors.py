"""What an error of MongoDB's driver means for the caller of a service.

Only what a later request may meet no more is told as the database's absence. What the database refuses because of what
the caller sent is the caller's to mend; what it refuses because of what this service made of it is a fault of ours.
Source of the numbers: MongoDB's ``error_codes.yml``.
"""

from bson.errors import BSONError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from beamlore.core._errors import (
    BadRequestError,
    BeamloreError,
    ConflictError,
    TooLargeError,
    UnavailableError,
)

AWAY = "the database does not answer; try again in a moment"
_NOT_LET_IN = frozenset({11, 13, 18})
"""UserNotFound, Unauthorized, AuthenticationFailed: the service's user is not there yet, or no more."""

_PASSING = frozenset(
    {6, 7, 24, 43, 46, 63, 64, 89, 91, 100, 112, 117, 134, 150, 175, 189, 225, 234, 237, 244, 246, 251, 262}
) | {290, 317, 358, 384, 9001, 10107, 11600, 11602, 13435, 13436, 14031, 91331}
"""Not reachable, not primary, no majority, interrupted, stopped for lack of disk or by others' changes."""

_INVALID_EXPRESSION = frozenset({51091})
_TOO_MUCH_MEMORY = frozenset({146, 292, 16819, 16820, 16945, 16946})
_TOO_LARGE = frozenset({10334, 17280, 17419, 17420})
_DUPLICATE_KEY = 11000
_OTHERS_WERE_IN_THE_WAY = "TransientTransactionError"
_UNKNOWN_RESULT = "UnknownTransactionCommitResult"
_PASSING_LABELS = (_OTHERS_WERE_IN_THE_WAY, _UNKNOWN_RESULT, "RetryableWriteError")


def translated(error: BaseException) -> BeamloreError | None:
    """Return what the caller is told of an error of the driver; ``None`` where it is a fault of ours."""
    if isinstance(error, ExecutionTimeout):
        return BadRequestError("the query took too long; narrow it")
    if isinstance(error, ConnectionFailure | WTimeoutError):
        return UnavailableError(AWAY)
    if isinstance(error, DuplicateKeyError):
        return ConflictError(f"there is one already: {_taken(error)}")
    if isinstance(error, DocumentTooLarge):
        return TooLargeError("a document takes more than the 16 MB that the database stores; send less")
    if isinstance(error, OverflowError | BSONError | UnicodeEncodeError):
        return BadRequestError(f"what was sent cannot be stored or searched for: {str(error)[:200]}")
    if isinstance(error, OperationFailure):
        return _refused(error)
    return None


def is_transient(error: BaseException) -> bool:
    """Return whether a transaction that failed may be tried again at once, as a whole."""
    return isinstance(error, PyMongoError) and error.has_error_label(_OTHERS_WERE_IN_THE_WAY)


def is_unknown_commit(error: BaseException) -> bool:
    """Return whether nobody knows if a transaction was committed; to commit it again does no harm."""
    return isinstance(error, PyMongoError) and error.has_error_label(_UNKNOWN_RESULT)


def _refused(error: OperationFailure) -> BeamloreError | None:
    codes = {error.code}
    if isinstance(error, BulkWriteError):
        details = error.details or {}
        codes = {one.get("code") for one in (*details.get("writeErrors", ()), *details.get("writeConcernErrors", ()))}
    if codes & _NOT_LET_IN:
        return UnavailableError("the database does not let this service in yet; try again in a moment")
    if codes & _PASSING or any(error.has_error_label(label) for label in _PASSING_LABELS):
        return UnavailableError(AWAY)
    if _DUPLICATE_KEY in codes:
        return ConflictError("one of them is there already")
    if codes & _INVALID_EXPRESSION:
        return BadRequestError(f"the expression is not valid: {str(error).partition(', full error')[0][:200]}")
    if codes & _TOO_MUCH_MEMORY:
        return BadRequestError("the query needs too much memory; narrow it, or ask for fewer at a time")
    if codes & _TOO_LARGE:
        return TooLargeError("a document would take more than the 16 MB that the database stores; send less")
    return None


def _taken(error: DuplicateKeyError) -> str:
    key = (error.details or {}).get("keyValue") or {}
    return ", ".join(f"{name} {value!r}" for name, value in key.items()) or "the identifier is taken"
