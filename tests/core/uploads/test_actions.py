"""An upload form is signed for one client, one file name and a maximum size."""

import base64
import json

import pytest

from chalicelib.core.uploads.files import UPLOADS
from chalicelib.runtime import aws
from tests.support.world import World

FILE = {"filename": "Свидетельство.pdf", "size": 3_000_000, "media_type": "application/pdf"}


def test_form_accepts_one_file_for_ten_minutes(world: World) -> None:
    made = world.ok("POST /uploads", FILE)
    fields = made["fields"]
    assert made["url"].endswith(UPLOADS.physical_name)
    assert fields["key"] == f"client-1/{made['upload_id']}"
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert ["content-length-range", 1, FILE["size"]] in policy["conditions"]
    conditions = {
        key: value
        for condition in policy["conditions"]
        if isinstance(condition, dict)
        for key, value in condition.items()
    }
    assert conditions["bucket"] == UPLOADS.physical_name
    assert conditions["key"] == fields["key"]
    assert conditions["Content-Type"] == "application/pdf"
    assert conditions["Content-Disposition"].startswith("attachment; filename*=UTF-8''%D0")
    assert conditions["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert set(fields) - {"policy", "x-amz-signature"} == set(conditions) - {"bucket"}


def test_form_is_sent_to_the_configured_url(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.runtime.settings import StorageSettings

    monkeypatch.setenv("STORAGE_URL", "http://127.0.0.1:8000")
    StorageSettings.load.cache_clear()
    try:
        url = world.ok("POST /uploads", FILE)["url"]
    finally:
        StorageSettings.load.cache_clear()
        aws.signer.cache_clear()
    assert url == f"http://127.0.0.1:8000/{UPLOADS.physical_name}"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"size": 15 * 1024 * 1024 + 1}, "/size"),
        ({"size": 0}, "/size"),
        ({"size": "1"}, "/size"),
        ({"filename": "а\nб"}, "/filename"),
        ({"media_type": "pdf"}, "/media_type"),
        ({"media_type": "text/html\r\nX: y"}, "/media_type"),
    ],
)
def test_invalid_upload_is_refused(world: World, change: dict[str, object], pointer: str) -> None:
    answer = world.call("POST /uploads", FILE | change)
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_landlords_are_refused(world: World) -> None:
    assert world.call("POST /uploads", FILE, who="landlord").problem == "role-missing"
