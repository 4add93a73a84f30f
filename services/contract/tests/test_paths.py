"""Paths that lead elsewhere or hide something are escaped; all others stay as they were sent."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.contract import safe_folder, safe_path, visible

FOLDER = "/data/balder/20260101"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("scan.h5", "scan.h5"),
        ("raw/scan 1.h5", "raw/scan 1.h5"),
        ("raw/größe-Å.tif", "raw/größe-Å.tif"),
        ("..scan..h5", "..scan..h5"),
        ("a\\b.h5", "a\\b.h5"),
        ("../../../etc/passwd", "%2E%2E/%2E%2E/%2E%2E/etc/passwd"),
        ("raw/../../x", "raw/%2E%2E/%2E%2E/x"),
        ("..", "%2E%2E"),
        ("..\\..\\x", "%2E%2E\\%2E%2E\\x"),
        ("C:\\windows\\x", "C%3A\\windows\\x"),
        ("/etc/passwd", "%2Fetc/passwd"),
        ("//etc/passwd", "%2Fetc/passwd"),
        (f"{FOLDER}/raw/scan.h5", "raw/scan.h5"),
        (f"{FOLDER}/../20260102/x", "%2E%2E/20260102/x"),
        (f"{FOLDER}2/x", "%2Fdata/balder/202601012/x"),
        ("raw//scan.h5", "raw/scan.h5"),
        ("./raw/./scan.h5", "raw/scan.h5"),
        ("raw/", "raw"),
        ("a\0b", "a\\u0000b"),
        ("a\nb\x1b[31m", "a\\u000ab\\u001b[31m"),
        ("scan\u202e5h.exe", "scan\\u202e5h.exe"),
        ("\u2066a\u2069\u200b\ufeff", "\\u2066a\\u2069\\u200b\\ufeff"),
        ("s3://bucket/a//b.h5", "s3://bucket/a//b.h5"),
    ],
)
def test_paths(sent: str, kept: str) -> None:
    assert safe_path(sent, FOLDER) == kept


def test_an_absolute_path_stays_where_no_folder_is_known() -> None:
    assert safe_path("/data/../x") == "/data/%2E%2E/x"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("/data/balder/", "/data/balder/"),
        ("/data//x", "/data//x"),
        ("/data/../etc", "/data/%2E%2E/etc"),
        ("s3://b/x", "s3://b/x"),
    ],
)
def test_folders(sent: str, kept: str) -> None:
    assert safe_folder(sent) == kept


@given(st.text(alphabet=st.sampled_from("./\\~a:\0\u202e\u2066%"), max_size=30) | st.text(max_size=30))
def test_no_path_leaves_its_folder_or_hides_anything(sent: str) -> None:
    kept = safe_path(sent, FOLDER)
    assert ".." not in PurePosixPath(kept.replace("\\", "/")).parts
    assert not kept.startswith("/")
    assert visible(kept) == kept
    assert safe_path(kept, FOLDER) == kept
