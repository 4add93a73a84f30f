"""What stands in the log: no values of variables, no tokens and passwords; and who logs does not wait."""

import io
import logging
import sys

import pytest
import structlog

from beamlore.core import HttpSettings, configure_logging

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
SECRETS = {
    "a token": f"it says Authorization: Bearer {JWT} there",
    "a bare token": JWT,
    "a service token": "blt_65f0c0ffee_abcdefghijkl",
    "a connection string": "cannot reach mongodb://catalogue:hunter2@mongo-1:27017/?replicaSet=beamlore",
    "a query": "GET /api/v3/sse?ticket=hunter2&x=1",
    "a login": '{"username": "ada", "password": "hunter2"}',
    "basic": "authorization: Basic YWRhOmh1bnRlcjI=",
}
PARTS = (JWT, "abcdefghijkl", "hunter2", "YWRhOmh1bnRlcjI")


@pytest.fixture(params=["json", "console"])
def written(request, monkeypatch):
    """What is in the log so far."""
    root = logging.getLogger()
    text = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", text)
        patched.setattr(root, "handlers", [])
        patched.setattr(root, "level", root.level)
        configure_logging("tested", HttpSettings(log_format=request.param))

        def read() -> str:
            root.handlers[0].flush()
            return text.getvalue()

        yield read


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_are_hidden_wherever_they_stand(written, name):
    secret = SECRETS[name]
    log = structlog.get_logger("tested")

    log.warning(secret)
    log.warning(
        "in a value", value=secret, nested={"deep": [secret]}, password="hunter2", headers={"Cookie": "hunter2"}
    )
    logging.getLogger("others").warning("by %s", secret)
    try:
        raise RuntimeError(secret)
    except RuntimeError:
        log.exception("in an error")

    assert [part for part in PARTS if part in written()] == []
    assert "hidden" in written()


def test_tracebacks_show_no_values(written):
    def fails(credentials: str) -> None:
        raise RuntimeError(f"no value of {len(credentials)} characters")

    try:
        fails("a-very-private" + "-value")
    except RuntimeError:
        structlog.get_logger("tested").exception("it failed")

    assert "no value of 20 characters" in written()
    assert "a-very-private-value" not in written()


def test_a_recursion_is_told_briefly(written):
    def deeper(number: int) -> int:
        return deeper(number + 1) + 1

    try:
        deeper(0)
    except RecursionError:
        structlog.get_logger("tested").exception("too deep")

    assert "RecursionError" in written()
    assert len(written()) < 64 * 1024
