"""How requests are refused, answered and logged."""

import base64
import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from chalice.app import Chalice
from chalice.local import LambdaEventConverter, RouteMatcher

from chalicelib.runtime import limits
from chalicelib.runtime.action import payload_of, serve, signature
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.model import Model
from chalicelib.services.fiscal_drives.store import FISCAL_DRIVES
from infra import declarations
from tests.support import estate, steps
from tests.support.world import World

ACTIONS = declarations.actions()
WITH_BODY = [
    declared for declared in ACTIONS if not declared.is_read and payload_of(signature(declared))
]
SHOP = {"name": "На углу", "address": "г. Москва, ул. Образцовая, д. 17"}


def route(declared: Action) -> str:
    return f"{declared.method} {re.sub('{.*?}', 'x-1', declared.path)}"


def persona(declared: Action) -> str:
    return min(declared.callers, default="nobody")


def by_name(declared: Action) -> str:
    return declared.name


@pytest.mark.parametrize(
    "declared", [declared for declared in ACTIONS if declared.callers], ids=by_name
)
def test_callers_without_a_role_of_the_action_are_refused(world: World, declared: Action) -> None:
    assert world.call(route(declared), who="nobody").problem == "unauthenticated"
    if not {"client", "operator", "landlord"} <= declared.callers:
        (stranger, *_) = {"client", "operator", "landlord"} - declared.callers
        answer = world.call(route(declared), who=stranger)
        assert (answer.status, answer.problem) == (403, "role-missing")
    assert world.calls == [], "refused before anything is read"


@pytest.mark.parametrize(
    "declared", [declared for declared in ACTIONS if declared.idempotent], ids=by_name
)
@pytest.mark.parametrize("key", ["", "ключ", "a" * 65, "a b", "a#b", "a\n"])
def test_key_must_be_well_formed(world: World, declared: Action, key: str) -> None:
    answer = world.call(route(declared), {}, who=persona(declared), key=key)
    assert (answer.status, answer.problem) == (400, "idempotency-key-missing")


DEEP = b'{"a":' * 100_000


@pytest.mark.parametrize("declared", WITH_BODY, ids=by_name)
def test_unreadable_bodies_are_refused(world: World, declared: Action) -> None:
    where, who, token = route(declared), persona(declared), estate.headers(declared)
    for raw in (b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{'a': 1}", DEEP, b"{}{}"):
        answer = world.call(where, who=who, raw=raw, headers=token)
        assert (answer.status, answer.problem) == (400, "unreadable"), raw[:20]
    for media_type in ("text/plain", "application/xml", "", "application/json-patch+json"):
        answer = world.call(where, {}, who=who, headers=token | {"Content-Type": media_type})
        assert (answer.status, answer.problem) == (415, "unsupported-media-type"), media_type
    answer = world.call(where, {"unknown": 1}, who=who, headers=token)
    assert answer.status == 422
    # A system of another company may tell more than is read.
    assert token or "/unknown" in [error["pointer"] for error in answer.json["errors"]]
    assert world.call(where, who=who, headers=token).status in {400, 415}, "no body at all"
    assert world.calls == []


def test_media_type_may_have_parameters_and_any_case(world: World) -> None:
    for media_type in ("application/json; charset=utf-8", "Application/JSON"):
        world.ok("POST /organisation/shops", SHOP, headers={"Content-Type": media_type})


def test_body_may_be_as_large_as_the_limit_and_no_larger(world: World) -> None:
    def sized(size: int) -> bytes:
        return b'{"name": "a"' + b" " * (size - 13) + b"}"

    fits = world.call("POST /organisation/shops", raw=sized(limits.BODY))
    assert fits.status == 422
    answer = world.call("POST /organisation/shops", raw=sized(limits.BODY + 1))
    assert (answer.status, answer.problem) == (413, "too-large")
    assert "4 МБ" in answer.json["detail"]


def served(answer: FileResponse | Model) -> dict[str, Any]:
    """Return what an action passes to the gateway that gives this answer."""

    def act() -> FileResponse | Model:
        return answer

    hint = Model if isinstance(answer, Model) else FileResponse
    act.__annotations__["return"] = hint
    app = Chalice("limits", configure_logs=False)
    declared = Action(
        function=act,
        method="GET",
        path="/limits",
        callers=frozenset(),
        status=200,
        produces=("text/plain",),
        idempotent=False,
        rate_limit=None,
        reads=(),
        writes=(),
        settings=(),
        timeout=15,
        memory=512,
    )
    serve(app, [declared], None)
    event = LambdaEventConverter(RouteMatcher(["/limits"])).create_lambda_event(
        "GET", "/limits", {}, b""
    )
    passed: dict[str, Any] = app(event, None)
    return passed


class Text(Model):
    text: str


ROOM = limits.PAYLOAD - 1_000
"""What headers leave of an answer."""


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        (FileResponse(b"a" * limits.BODY, "application/pdf", "a"), True),
        (FileResponse(b"a" * (limits.BODY + 600_000), "application/pdf", "a"), False),
        (FileResponse(b"a" * ROOM, "text/csv", "a"), True),
        (FileResponse(b"a" * limits.PAYLOAD, "text/csv", "a"), False),
        # A letter in Cyrillic has two bytes, and takes six.
        (FileResponse(("я" * (ROOM // 6)).encode(), "application/xml", "a"), True),
        (FileResponse(("я" * (limits.PAYLOAD // 6)).encode(), "application/xml", "a"), False),
        (Text(text="я" * (ROOM // 6)), True),
        (Text(text="я" * (limits.PAYLOAD // 6)), False),
        (Text(text="\U0001f600" * (limits.PAYLOAD // 12)), False),
    ],
)
def test_answer_that_a_function_cannot_pass_on_is_a_problem(
    answer: FileResponse | Model, fits: bool
) -> None:
    passed = served(answer)
    assert passed["statusCode"] == (200 if fits else 500)
    assert len(json.dumps(passed)) <= limits.PAYLOAD
    if not fits:
        assert json.loads(passed["body"])["type"] == "/problems/unexpected"
        assert passed["headers"]["Access-Control-Allow-Origin"] == "*"


def test_file_in_bytes_needs_an_accept_header(world: World) -> None:
    order = steps.order(world)
    path = f"GET /invoices/{order['invoice_id']}/pdf"
    for accept in ("*/*", "application/pdf", "application/json", "text/html, */*;q=0.8"):
        answer = world.call(path, headers={"Accept": accept})
        assert answer.body.startswith(b"%PDF"), accept
    answer = world.call(path, headers={"Accept": ""})
    assert (answer.status, answer.problem) == (406, "not-acceptable")
    assert "application/pdf" in answer.json["detail"]
    assert world.call("GET /invoices", headers={"Accept": ""}).status == 200


def test_names_of_headers_have_any_case(world: World) -> None:
    key = {"IDEMPOTENCY-key": "key", "content-TYPE": "application/json"}
    shops = [
        world.call("POST /organisation/shops", SHOP, key="", headers=key).json for _ in range(2)
    ]
    assert shops[0] == shops[1]


@pytest.mark.parametrize(
    ("media_type", "is_text"),
    [
        ("text/csv; charset=utf-8", True),
        ("text/xml", True),
        ("application/xml", True),
        ("application/soap+xml; charset=utf-8", True),
        ("application/json", True),
        ("application/problem+json", True),
        ("application/pdf", False),
        ("application/octet-stream", False),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
        ("image/svg", False),
    ],
)
def test_text_travels_as_text_and_bytes_as_base64(media_type: str, is_text: bool) -> None:
    content = "\ufeffТекст".encode()
    passed = served(FileResponse(content, media_type, "a"))
    encoded = passed.get("isBase64Encoded", False)
    body = base64.b64decode(passed["body"]) if encoded else passed["body"].encode()
    assert (encoded, body) == (not is_text, content)


@pytest.mark.parametrize(
    "name",
    [
        "a\x00b",
        "a\nb",
        "\u202eабв",
        "a\u200bb",
        "\ufeff",
        "",
        " ",
        "a" * 121,
        "\ue000",
        None,
        1,
        [],
    ],
)
def test_names_with_invisible_characters_are_refused(world: World, name: Any) -> None:
    answer = world.call("POST /organisation/shops", SHOP | {"name": name})
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/name"]


def test_lone_surrogate_is_not_text(world: World) -> None:
    raw = b'{"name": "\\ud800", "address": "a"}'
    assert world.call("POST /organisation/shops", raw=raw).problem == "unreadable"


@pytest.mark.parametrize(
    "quantity",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "1e3",
        "-1",
        "0",
        "101",
        "9" * 400,
        "true",
        '"5"',
        "1.0",
        "1.5",
        "null",
        "[1]",
        "{}",
    ],
)
def test_numbers_must_be_whole_and_in_bounds(world: World, quantity: str) -> None:
    steps.put_on_sale(world)
    raw = f'{{"quantity": {quantity}}}'.encode()
    answer = world.call(f"PUT /fiscal-drives/cart/{steps.MODEL}", raw=raw)
    assert answer.status in {400, 422}
    assert world.items(FISCAL_DRIVES, "cart") == []


def test_dates_must_be_written_as_dates(world: World) -> None:
    placed = steps.order(world)
    for paid_on in (0, 1_700_006_400, "2026-11-25T10:00:00", "25.11.2026", "2026-02-30"):
        payment = steps.payment(placed, paid_on=paid_on)
        answer = world.call("POST /payments", payment, who="operator")
        assert answer.status == 422, paid_on


def test_errors_point_at_the_fields_of_the_payload(world: World) -> None:
    form = steps.FORM | {"delivery": {"method": "pigeon", "extra/~": 1}}
    answer = world.call("POST /fiscal-drives/orders", form)
    pointers = {error["pointer"]: error["detail"] for error in answer.json["errors"]}
    assert set(pointers) == {"/delivery/method", "/delivery/extra~1~0"}
    assert pointers["/delivery/method"] == "Допустимые значения: 'courier', 'pickup' или 'post'."


def test_answer_to_a_huge_payload_is_small(world: World) -> None:
    fields = {f"field-{number}": 1 for number in range(100_000)} | {"a" * 1_000_000: 1}
    answer = world.call("POST /organisation/shops", fields)
    assert answer.status == 422
    assert len(answer.body) < 20_000


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": "0"}, "/limit"),
        ({"limit": "101"}, "/limit"),
        ({"limit": "ten"}, "/limit"),
        ({"limit": "9" * 400}, "/limit"),
        ({"next": "a" * 3000}, "/next"),
        ({"order": "asc"}, "/order"),
    ],
)
def test_invalid_query_is_refused(world: World, query: Any, pointer: str) -> None:
    answer = world.call("GET /invoices", query=query)
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    "segment", ["%00", "%2F", "%0A", "a%2Fb", "x" * 129, "%E2%80%AE", "..", "'"]
)
@pytest.mark.parametrize(
    ("where", "who"),
    [
        ("GET /fiscal-drives/orders/{}", "client"),
        ("GET /fiscal-drives/orders/{}", "operator"),
        ("GET /invoices/{}", "client"),
        ("PUT /organisation/shops/{}/registers/0004817236006552", "client"),
        ("DELETE /fiscal-drives/cart/{}", "client"),
    ],
)
def test_malformed_identifier_is_not_found(
    world: World, where: str, who: str, segment: str
) -> None:
    assert world.call(where.format(segment), who=who).status == 404


@pytest.mark.parametrize("model", ["Upper", "a%20b", "-a", "x" * 41, "накопитель"])
def test_drive_with_an_odd_name_is_not_put_on_sale(world: World, model: str) -> None:
    drive = {"title": "a", "months": 15, "price_kopecks": 1, "fits_register_models": []}
    answer = world.call(f"PUT /fiscal-drives/{model}", drive, who="operator")
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/model"]


def client_error(code: str, status: int = 400) -> ClientError:
    answer = {
        "Error": {"Code": code, "Message": "arn:aws:secret"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "TransactWriteItems")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error",
    [
        client_error("ProvisionedThroughputExceededException"),
        client_error("ThrottlingException"),
        client_error("RequestLimitExceeded"),
        client_error("TransactionInProgressException"),
        client_error("InternalServerError", 500),
        client_error("SomethingNew", 503),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
    ],
    ids=repr,
)
def test_outage_of_the_cloud_answers_503(world: World, error: Exception) -> None:
    def fail(perform: Any) -> Any:
        raise error

    world.around = fail
    for where in ("GET /organisation", "POST /organisation/shops"):
        answer = world.call(where, SHOP if where.startswith("POST") else None)
        assert (answer.status, answer.problem) == (503, "unavailable")


@pytest.mark.parametrize(
    "error", [client_error("AccessDeniedException"), RuntimeError("a secret"), KeyError("phone")]
)
def test_defect_answers_500_without_details(world: World, error: Exception) -> None:
    def fail(perform: Any) -> Any:
        raise error

    world.around = fail
    answer = world.call("GET /organisation")
    assert (answer.status, answer.problem) == (500, "unexpected")
    members = {"type", "title", "status", "detail", "instance", "request_id"}
    assert set(answer.json) == members
    assert b"secret" not in answer.body


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_log_has_one_line_for_each_request_and_no_personal_data(
    world: World, logged: "list[dict[str, Any]]"
) -> None:
    steps.paid_order(world)
    assert world.call("POST /fiscal-drives/orders", steps.FORM).problem == "cart-empty"
    bad = steps.FORM | {"phone": "+7 916 123-45", "email": "smirnova@"}
    assert world.call("POST /fiscal-drives/orders", bad).status == 422
    answered = [line for line in logged if line["message"] == "answered"]
    assert len(answered) == len({id(line) for line in answered})
    text = json.dumps(logged, ensure_ascii=False)
    for personal in (
        "Смирнова",
        "smirnova",
        "916",
        "123-45",
        "Образцовая",
        "Ромашка",
        "7728168971",
    ):
        assert personal not in text


def test_problem_of_a_request_is_not_logged_with_the_next_request(
    world: World, logged: "list[dict[str, Any]]"
) -> None:
    assert world.call("GET /organisation").status == 404
    steps.know_organisation(world)
    assert world.call("GET /organisation").status == 200
    refused, *_, answered = [line for line in logged if line["message"] == "answered"]
    assert refused["problem"] == "organisation-unknown"
    assert "problem" not in answered


def test_fault_is_logged_with_its_place_and_without_values(
    world: World, logged: "list[dict[str, Any]]"
) -> None:
    steps.know_organisation(world)
    from tests.support import cloud

    cloud.client("dynamodb").update_item(
        TableName="test-organisation-table",
        Key={"client_id": {"S": "client-1"}, "sk": {"S": "profile"}},
        UpdateExpression="SET inn = :inn",
        ExpressionAttributeValues={":inn": {"S": "Смирнова"}},
    )
    assert world.call("GET /organisation").status == 500
    (line,) = [line for line in logged if line["level"] == "ERROR"]
    assert line["error"] == "ValidationError"
    assert any("organisation/actions.py" in frame for frame in line["frames"])
    assert "Смирнова" not in json.dumps(logged, ensure_ascii=False)
