import copy
import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import TypeAdapter

from chalicelib.core.billing.payment_model import Payment, PaymentOutcome
from chalicelib.core.billing.sale import Sold
from chalicelib.core.platform.actions import OPENAPI
from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, example
from chalicelib.runtime.problem import IdempotencyKeyMissing, PayloadInvalid, Problem
from infra import declarations, gateway, openapi
from infra.examples import NoExample, compose
from infra.schemas import Schemas, model_of

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Json:
    return openapi.document()


@pytest.fixture(scope="module")
def operations(document: Json) -> dict[str, Json]:
    paths = document["paths"].values()
    return {operation["operationId"]: operation for path in paths for operation in path.values()}


@pytest.fixture(scope="module")
def schemas(document: Json) -> dict[str, Json]:
    schemas: dict[str, Json] = document["components"]["schemas"]
    return schemas


def walk(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from walk(child)


def references(node: Any) -> set[str]:
    return {item["$ref"] for item in walk(node) if isinstance(item.get("$ref"), str)}


def validator(document: Json, schema: Json) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {**schema, "components": document["components"]},
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


def faults(document: Json) -> list[str]:
    """What speaks against the examples of the document's bodies in their schemas."""
    return [
        f"{item['example']}: {fault.message}"
        for item in walk([document["paths"], document["components"]["responses"]])
        if "example" in item
        for fault in validator(document, item.get("schema", {})).iter_errors(item["example"])
    ]


class TestFile:
    def test_the_committed_file_is_what_the_declarations_say(self, document: Json) -> None:
        assert OPENAPI.read_text(encoding="utf-8") == openapi.render(document), (
            "run: python -m infra.openapi"
        )

    def test_generation_is_stable(self, document: Json) -> None:
        assert openapi.render(openapi.document()) == openapi.render(document)


class TestDocument:
    def test_is_openapi(self, document: Json) -> None:
        assert document["openapi"] == "3.1.0"
        OpenAPIV31SpecValidator(document).validate()

    def test_every_action_is_described(self, document: Json) -> None:
        described = {
            (path, method): operation
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        actions = {
            (action.path, action.method.lower()): action for action in declarations.actions()
        }
        assert described.keys() == actions.keys()
        for call, action in actions.items():
            assert described[call]["operationId"] == action.name
            assert described[call]["summary"] in (action.function.__doc__ or "")

    def test_references_resolve_and_components_are_used(self, document: Json) -> None:
        components = {
            f"#/components/{kind}/{name}"
            for kind in ("schemas", "responses")
            for name in document["components"][kind]
        }
        assert references(document) == components

    def test_no_schema_is_there_twice(self, schemas: dict[str, Json]) -> None:
        texts = [json.dumps(schema, sort_keys=True) for schema in schemas.values()]
        assert len(set(texts)) == len(texts)

    def test_schemas_are_json_schemas_and_described(self, schemas: dict[str, Json]) -> None:
        for name, schema in schemas.items():
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["description"], name

    def test_examples_in_schemas_hold(self, document: Json, schemas: dict[str, Json]) -> None:
        exemplary = [item for item in walk(schemas) if isinstance(item.get("examples"), list)]
        assert exemplary
        for schema in exemplary:
            for shown in schema["examples"]:
                validator(document, schema).validate(shown)

    def test_docstrings_reach_people_as_commonmark(self, document: Json) -> None:
        texts = [item.get("description") for item in walk(document)]
        assert not [text for text in texts if isinstance(text, str) and "``" in text]

    def test_sections_are_tags_in_russian(
        self, document: Json, operations: dict[str, Json]
    ) -> None:
        tags = [tag["name"] for tag in document["tags"]]
        assert "Купить ФН" in tags
        assert {name for operation in operations.values() for name in operation["tags"]} == set(
            tags
        )


class TestCalls:
    def test_roles_are_alternatives(self, operations: dict[str, Json]) -> None:
        for action in declarations.actions():
            roles = [[*scheme.values()] for scheme in operations[action.name].get("security", [])]
            assert roles == [[[role]] for role in sorted(action.callers)]

    def test_who_is_refused(self, operations: dict[str, Json]) -> None:
        for action in declarations.actions():
            of_its_own = {str(status) for status in action.refuses}
            assert operations[action.name]["responses"].keys() >= of_its_own
            refusals = operations[action.name]["responses"].keys() - of_its_own
            assert ("401" in refusals) == bool(action.callers or not action.is_read)
            assert ("403" in refusals) == bool(action.callers)
            body = operations[action.name].get("requestBody", {"content": {}})["content"]
            assert ("415" in refusals) == ("application/json" in body)
            assert ("413" in refusals) == bool(body)

    def test_an_action_with_a_body(self, operations: dict[str, Json]) -> None:
        ordered = operations["order_fiscal_drives"]
        body = ordered["requestBody"]
        assert body["required"]
        assert body["content"]["application/json"]["schema"]["$ref"].endswith("/NewOrder")
        answer = ordered["responses"]["201"]["content"]["application/json"]["schema"]
        assert answer["$ref"].endswith("/SoldOfOrder")
        statuses = {"201", "400", "401", "403", "404", "409", "413", "415", "422", "429", "503"}
        assert ordered["responses"].keys() == statuses

    def test_an_action_without_a_body_needs_none(self, operations: dict[str, Json]) -> None:
        assert "requestBody" not in operations["cancel_order"]
        assert not {"413", "415", "422"} & operations["cancel_order"]["responses"].keys()

    def test_nothing_is_answered_with_204(self, operations: dict[str, Json]) -> None:
        answers = operations["unbind_register"]["responses"]
        assert answers["204"] == {"description": "No Content"}
        assert "200" not in answers

    def test_a_file_has_its_media_type(self, operations: dict[str, Json]) -> None:
        answer = operations["get_invoice_pdf"]["responses"]["200"]
        assert answer["content"] == {"application/pdf": {}}

    def test_parameters(self, operations: dict[str, Json]) -> None:
        (key,) = (
            parameter
            for parameter in operations["open_shop"]["parameters"]
            if parameter["in"] == "header"
        )
        assert key["name"] == "Idempotency-Key"
        assert key["required"]
        names = [parameter["name"] for parameter in operations["bind_register"]["parameters"]]
        assert names == ["shop_id", "register_id"]

    def test_only_idempotent_actions_ask_for_a_key(self, operations: dict[str, Json]) -> None:
        for action in declarations.actions():
            asked = [parameter["in"] for parameter in operations[action.name]["parameters"]]
            assert ("header" in asked) == action.idempotent

    def test_a_query_is_parameters(
        self, operations: dict[str, Json], schemas: dict[str, Json]
    ) -> None:
        by_name = {
            parameter["name"]: parameter for parameter in operations["list_payments"]["parameters"]
        }
        assert by_name["limit"] == {
            "name": "limit",
            "in": "query",
            "required": False,
            "description": "Items a page.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
        }
        assert by_name["next"]["schema"] == {"type": "string", "maxLength": 2048}
        assert by_name["outcome"]["schema"]["default"] == "unmatched"
        assert not [name for name in schemas if name.endswith("Query")]

    def test_only_what_may_be_missing_is_not_found(self, operations: dict[str, Json]) -> None:
        assert "404" in operations["get_order"]["responses"]
        assert "404" not in operations["list_orders"]["responses"]


class TestSchemas:
    def test_answers_are_whole(self, document: Json, schemas: dict[str, Json]) -> None:
        payment = Payment(
            bank_reference="1",
            amount_kopecks=100,
            paid_on=dt.date(2026, 1, 12),
            received_at=dt.datetime(2026, 1, 12, 9, tzinfo=dt.UTC),
            outcome=PaymentOutcome.UNMATCHED,
        )
        answer = payment.model_dump(mode="json")
        validator(document, schemas["Payment"]).validate(answer)
        assert set(schemas["Payment"]["required"]) == answer.keys()
        with pytest.raises(jsonschema.ValidationError):
            validator(document, schemas["Payment"]).validate({**answer, "amount_kopecks": "100"})

    def test_what_is_sent_may_be_short(self, schemas: dict[str, Json]) -> None:
        assert "comment" not in schemas["NewOrder"]["required"]
        assert schemas["NewOrder"]["additionalProperties"] is False

    def test_a_page_is_named_for_its_items(self, schemas: dict[str, Json]) -> None:
        items = schemas["PageOfOrder"]["properties"]["items"]
        assert items == {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}

    def test_bounds_beside_a_type_of_ours_are_kept(self, schemas: dict[str, Json]) -> None:
        assert schemas["NewPayment"]["properties"]["amount_kopecks"]["exclusiveMinimum"] == 0
        price = schemas["DriveOnSale"]["properties"]["price_kopecks"]
        assert (price["minimum"], price["maximum"]) == (1, 100_000_00)

    def test_docstrings_of_fields_and_values(self, schemas: dict[str, Json]) -> None:
        received = schemas["DriveOnSale"]["properties"]["received"]
        assert received["description"].startswith("Pieces to add to the stock")
        assert (
            "\n\n- `paid`: The payment pays the invoice in full.\n"
            in (schemas["PaymentOutcome"]["description"])
        )


class TestProblems:
    def test_a_problem_fits_its_schema(self, document: Json, schemas: dict[str, Json]) -> None:
        check = validator(document, schemas["Problem"])
        check.validate(IdempotencyKeyMissing().document("/payments", "request-1"))
        invalid = PayloadInvalid([{"pointer": "/name", "detail": "Обязательное поле."}])
        check.validate(invalid.document("/payments", "request-1"))
        with pytest.raises(jsonschema.ValidationError):
            check.validate(
                {**invalid.document("/payments", "request-1"), "errors": [{"pointer": "/name"}]}
            )

    def test_a_refusal_shows_a_problem_of_its_status(
        self, document: Json, operations: dict[str, Json]
    ) -> None:
        refusals = {
            status: response["$ref"].rpartition("/")[2]
            for operation in operations.values()
            for status, response in operation["responses"].items()
            if status >= "4"
        }
        for status, name in refusals.items():
            content = document["components"]["responses"][name]["content"]
            example = content["application/problem+json"]["example"]
            assert str(example["status"]) == status
            assert example["type"].removeprefix("/problems/") in document["x-problems"]

    def test_slugs_are_unique(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Twin(Problem):
            slug = "cart-empty"

        openapi.problems()
        monkeypatch.setattr(Twin, "__module__", "chalicelib.services.twin")
        with pytest.raises(ValueError, match="cart-empty"):
            openapi.problems()

    def test_catalogue(self, document: Json) -> None:
        catalogue = document["x-problems"]
        assert catalogue["cart-empty"] == {"status": 409, "title": "Корзина пуста"}
        assert catalogue["too-many-requests"]["status"] == 429, "the gateway's own"

    def test_the_gateway_calls_things_as_the_code_does(self, document: Json) -> None:
        for answer in gateway.responses("Api", {}).values():
            body = json.loads(answer["Properties"]["ResponseTemplates"]["application/json"])
            validator(document, document["components"]["schemas"]["Problem"]).validate(body)
            known = document["x-problems"][body["type"].removeprefix("/problems/")]
            assert (body["status"], body["title"]) == (known["status"], known["title"])

    def test_every_status_of_a_problem_is_a_described_refusal(
        self, document: Json, operations: dict[str, Json]
    ) -> None:
        described = {
            status for operation in operations.values() for status in operation["responses"]
        }
        statuses = {str(problem["status"]) for problem in document["x-problems"].values()}
        assert statuses - {"500"} <= described


class TestUndescribed:
    def test_an_action_without_a_docstring_is_refused(self) -> None:
        def silent() -> None: ...

        (action, *_) = declarations.actions()
        silent.__module__ = action.function.__module__
        with pytest.raises(LookupError, match="silent"):
            openapi.describe([dataclasses.replace(action, function=silent)])

    def test_a_section_without_a_name_is_refused(self) -> None:
        def homeless() -> None:
            """Live nowhere."""

        (action, *_) = declarations.actions()
        with pytest.raises(LookupError, match="test_openapi"):
            openapi.describe([dataclasses.replace(action, function=homeless)])


class TestExamples:
    def test_every_body_and_answer_in_json_shows_one(self, operations: dict[str, Json]) -> None:
        for name, operation in operations.items():
            answers = [
                response for status, response in operation["responses"].items() if status < "3"
            ]
            for place in (operation.get("requestBody", {}), *answers):
                content = place.get("content", {}).get("application/json", {})
                assert ("schema" in content) == ("example" in content), name

    def test_hold_to_their_schemas(self, document: Json) -> None:
        assert faults(document) == []

    @pytest.mark.parametrize("action", declarations.actions(), ids=lambda action: action.name)
    def test_are_what_the_product_takes_and_answers(
        self, operations: dict[str, Json], action: Action
    ) -> None:
        """A request passes its model; an answer is written again exactly as shown."""
        operation, hints = operations[action.name], signature(action)
        if payload := payload_of(hints):
            TypeAdapter(payload[1]).validate_json(json.dumps(openapi.example(action)))
        if model := model_of(hints["return"]):
            answer = operation["responses"][str(action.status)]["content"]["application/json"]
            shown = answer["example"]
            if isinstance(model, type) and issubclass(model, Sold):  # is written flat, never read
                sold = {name: value for name, value in shown.items() if name != "invoice"}
                shown = {"sold": sold, "invoice": shown["invoice"]}
            read = TypeAdapter(model).validate_json(json.dumps(shown))
            written = TypeAdapter(model).dump_python(read, mode="json", by_alias=True)
            assert written == answer["example"]

    def test_a_query_shows_them_in_its_parameters(self, operations: dict[str, Json]) -> None:
        shown = {
            parameter["name"]: parameter for parameter in operations["get_statistics"]["parameters"]
        }
        assert shown["from"]["example"] == "2026-11-01"

    def test_a_wrong_one_is_found(self, document: Json) -> None:
        wrong = copy.deepcopy(document)
        shops = wrong["paths"]["/organisation/shops"]["post"]
        del shops["requestBody"]["content"]["application/json"]["example"]["name"]
        assert len(faults(wrong)) == 1

    def test_a_text_that_nothing_describes_is_refused(self) -> None:
        schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
        with pytest.raises(NoExample, match="/a"):
            compose(schema, {})

    def test_a_model_shows_its_own_and_completes_it(self) -> None:
        class Inner(Model):
            model_config = example(name="Ромашка")

            name: str
            shop_id: Identifier
            note: str | None = None
            kept: str | None

        schema = TypeAdapter(Inner).json_schema(schema_generator=Schemas)
        assert compose(schema, {}) == {
            "name": "Ромашка",
            "shop_id": "01a20cb15b0ed969fa7935d0257f",
            "kept": None,
        }
