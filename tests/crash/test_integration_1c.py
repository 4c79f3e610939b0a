"""Purchases and exchanges interrupted at every cloud call lose nothing and repeat nothing."""

from typing import Any

import pytest
from zeep.exceptions import Error

from chalicelib.core.billing.store import BILLING
from chalicelib.services.integration_1c.resources import INTEGRATION_1C
from tests.support import onec, steps
from tests.support.crash import How, Scenario, Side, survive
from tests.support.onec import OneC
from tests.support.world import World, Worlds

SIDES = pytest.mark.parametrize("side", ["before", "after"])
HOWS = pytest.mark.parametrize("how", ["death", "silence"])
TRIAL = f"POST /integration-1c/registers/{onec.REGISTER}/trial"
SUBSCRIPTION = f"POST /integration-1c/registers/{onec.REGISTER}/subscription"


@SIDES
@HOWS
def test_trial_begins_once(side: Side, how: How, worlds: Worlds) -> None:
    def check(world: World, given: Any, answer: Any) -> None:
        assert (answer.status, answer.json["state"]) == (201, "trial")
        (access,) = world.items(INTEGRATION_1C, "access#")
        assert len(access["terms"]) == len(access["history"]) == 1

    scenario = Scenario(
        onec.know_register, lambda world, given: world.call(TRIAL, key="trial"), check
    )
    survive(worlds, scenario, side, how)


@SIDES
@HOWS
def test_subscription_issues_one_invoice(side: Side, how: How, worlds: Worlds) -> None:
    def act(world: World, given: Any) -> Any:
        return world.call(SUBSCRIPTION, {"period": "year"}, key="order")

    def check(world: World, given: Any, answer: Any) -> None:
        assert answer.status == 201
        (stored,) = world.items(INTEGRATION_1C, "subscription#")
        (invoice,) = world.items(BILLING, "invoice#")
        assert stored["invoice_id"] == invoice["invoice_id"] == answer.json["invoice_id"]

    survive(worlds, Scenario(onec.know_register, act, check), side, how)


@SIDES
@HOWS
def test_payment_extends_access_once(side: Side, how: How, worlds: Worlds) -> None:
    def arrange(world: World) -> Any:
        onec.know_register(world)
        return onec.subscribe(world)

    def act(world: World, ordered: Any) -> Any:
        paid = steps.payment({**ordered, **ordered["invoice"]})
        return world.call("POST /payments", paid, who="operator", key="pay")

    def check(world: World, ordered: Any, answer: Any) -> None:
        assert answer.status == 201
        (access,) = world.items(INTEGRATION_1C, "access#")
        assert [term["until"] for term in access["terms"]] == ["2026-12-23"]
        (stored,) = world.items(INTEGRATION_1C, "subscription#")
        assert [entry["status"] for entry in stored["history"]] == ["invoiced", "active"]

    survive(worlds, Scenario(arrange, act, check), side, how)


def begin_exchange(world: World) -> Any:
    """Set up an infobase, feed a shift and return the ``Authorization`` header."""
    onec.know_register(world)
    onec.begin_trial(world)
    onec.feed(world, *onec.shift(59, sales=1))
    made = world.ok("POST /integration-1c/credentials")
    authorization = onec.basic(made["login"], made["password"])
    OneC(onec.client(world, authorization).service).set_up()
    return authorization


def base_of(world: World, authorization: str) -> OneC:
    base = OneC(onec.client(world, authorization).service)
    base.our_code = base.parameters()["КодЭтогоУзла"]
    return base


@SIDES
@HOWS
def test_confirmation_is_recorded_once_and_completely(side: Side, how: How, worlds: Worlds) -> None:
    def arrange(world: World) -> Any:
        authorization = begin_exchange(world)
        base = base_of(world, authorization)
        base.received, base.sent = onec.number_of(base.fetch()), 1
        theirs = ITEM.format(id="11111111-1111-4111-8111-111111111111")
        return authorization, base.put_file(onec.zipped(base.message(theirs)))

    def act(world: World, given: Any) -> Any:
        authorization, file_id = given
        service = onec.client(world, authorization).service
        try:
            service.DownloadData(onec.PLAN, onec.CODE, file_id, None, None, False)
        except Error as refused:
            return refused
        return None

    def check(world: World, given: Any, answer: Any) -> None:
        assert answer is None
        (node,) = world.items(INTEGRATION_1C, "node#")
        assert (node["received_no"], node["confirmed_no"]) == (1, 1)
        (item,) = world.items(INTEGRATION_1C, "item#")
        assert item["onec_id"].startswith("11111111")
        assert len(world.items(INTEGRATION_1C, "loaded#")) == 1
        assert onec.documents_of(base_of(world, given[0]).fetch()) == []

    survive(worlds, Scenario(arrange, act, check), side, how)


ITEM = (
    "<Справочник.Номенклатура><КлючевыеСвойства><Ссылка>{id}</Ссылка>"
    "<Наименование>Творог &lt;5%&gt; &amp; «Ко»</Наименование></КлючевыеСвойства>"
    "<ЕдиницаИзмерения><ДанныеКлассификатора><Код>166</Код></ДанныеКлассификатора>"
    "</ЕдиницаИзмерения></Справочник.Номенклатура>"
)


@SIDES
def test_interrupted_message_is_prepared_again(side: Side, worlds: Worlds) -> None:
    def act(world: World, authorization: str) -> Any:
        service = onec.client(world, authorization).service
        # The operation of a dead process is considered lost after two minutes.
        world.advance(minutes=3)
        return service.UploadData(onec.PLAN, onec.CODE, None, None, None, False)["FileID"]

    def check(world: World, authorization: str, file_id: str) -> None:
        taken = base_of(world, authorization).get_file(file_id)
        assert len(onec.documents_of(taken)) == 1
        (node,) = world.items(INTEGRATION_1C, "node#")
        assert node["sent_no"] == onec.number_of(taken)
        assert "operation" not in node

    survive(worlds, Scenario(begin_exchange, act, check), side, "death")
