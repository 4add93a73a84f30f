"""Text of users in addresses and header fields steers nothing.

Covers OWASP API8:2023; ASVS 5.0 V1.2.2 (addresses), V1.3.11 (mail systems).
"""

from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.outgoing import address_of, header_text, mark, path_of, segment_of, without_separators

_STEERING = st.text("./\\@%2e25EF:?#&=\r\n;,a0 \u202e\u2028", max_size=24)


@given(_STEERING | st.text(max_size=20))
def test_text_in_an_address_leaves_neither_server_nor_place(text: str) -> None:
    for template in (
        "https://archive.example/jobs/{}/done",
        "https://archive.example/jobs/{}",
        "https://archive.example{}",
    ):
        try:
            address = address_of(template.format(mark(text)))
        except ValueError:
            continue
        parts, sent = urlsplit(address), httpx.URL(address)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "archive.example", "", "")
        assert (sent.scheme, sent.netloc, sent.query) == ("https", b"archive.example", b"")
        if template.startswith("https://archive.example/jobs/"):
            assert sent.raw_path.startswith(b"/jobs/")
        assert not {".", ".."} & set(unquote(unquote(parts.path)).replace("\\", "/").split("/"))


@pytest.mark.parametrize(
    "text",
    ["..", "../admin", "a/../../b", "%2e%2e/admin", "%252e%252e", "..\\admin", "..;/admin", "a\r\nHost: evil"],
)
def test_text_that_climbs_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        address_of(f"https://archive.example/jobs/{mark(text)}")
    with pytest.raises(ValueError):
        path_of(text)


@pytest.mark.parametrize(
    "template", ["{}", "https://{}/jobs", "https://archive{}", "https://user:{}@archive.example/", "{}://a/"]
)
@pytest.mark.parametrize("text", ["evil.example", "@evil.example", ":8080", ".evil.example", "x"])
def test_text_never_names_the_server(template: str, text: str) -> None:
    with pytest.raises(ValueError):
        address_of(template.format(mark(text)))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("/data/a b", "https://archive.example/data/a%20b"),
        ("20.500/µ?x=1#y", "https://archive.example/20.500/%C2%B5%3Fx%3D1%23y"),
        ("//evil.example/", "https://archive.example/evil.example/"),
    ],
)
def test_paths_keep_their_slashes(text: str, address: str) -> None:
    assert address_of(f"https://archive.example/{mark(text)}") == address


def test_text_behind_a_question_mark_is_one_value() -> None:
    assert (
        address_of(f"https://a.example/?u={mark('x&admin=1/..')}&v=1") == "https://a.example/?u=x%26admin%3D1%2F..&v=1"
    )


@given(_STEERING)
def test_segment_is_one_segment(text: str) -> None:
    try:
        assert "/" not in segment_of(text)
    except ValueError:
        assert text


@given(st.text(max_size=40) | st.text("=?utf-8qbBcc: \r\n0DA=_", max_size=60))
def test_header_field_stays_one_line(text: str) -> None:
    try:
        value = header_text(text)
    except ValueError:
        return
    message = EmailMessage()
    message["Subject"] = value
    message["To"] = "ada@example.org"
    message.set_content("text")
    read = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert sorted(name.lower() for name in read) == sorted(name.lower() for name in message)
    assert len(str(read["Subject"]).splitlines()) <= 1


@pytest.mark.parametrize(
    "text", ["=?utf-8?q?x=0D=0ABcc:_eve@example.org?=", "=?utf-8?b?eA0KQmNjOiBldmVAZXhhbXBsZS5vcmc=?="]
)
def test_encoded_word_is_no_word(text: str) -> None:
    message = EmailMessage()
    message["Subject"] = header_text(text)
    read = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert str(read["Subject"]) == text.replace("=?", "= ?")


def test_text_of_users_adds_no_recipient() -> None:
    filled = f"Ada <{mark('ada@example.org>, eve@example.org')}>, desk@example.org"
    assert without_separators(filled).count(",") == 1
