"""Steps of «Платформа Госотчёт», by calls of the API."""

import base64
import re
from typing import Any

from infra.demonstration_pki import DemonstrationPki
from tests.support import signing, steps
from tests.support.world import Answer, World

REGISTRATIONS = "POST /gosotchet/registrations"
SESSIONS = "POST /gosotchet/sessions"
EMAIL = "buh@example.ru"

FNS = {"kind": "fns", "code": "7728", "kpp": steps.PROFILE["kpp"]}
SFR = {"kind": "sfr", "registration_number": "087-123-456789"}
ROSSTAT = {"kind": "rosstat", "togs": "77-00", "okpo": "00032537"}
FSRAR = {"kind": "fsrar", "identifier": "030000123456"}
RPN = {"kind": "rpn", "identifier": "МН-0177-001234-П"}
CB = {"kind": "cb", "identifier": "2110177000123"}
EVERYONE = [FNS, SFR, ROSSTAT, FSRAR, RPN, CB]

CREDENTIALS = "Вход в систему Госотчёт: логин и пароль"


def certificate(pki: DemonstrationPki, who: str = "director", **how: Any) -> str:
    """Return a certificate as encoded in JSON."""
    return base64.b64encode(pki.certificate(who, **how)).decode()


def ready(world: World, pki: DemonstrationPki) -> None:
    """Create an organisation and trust the issuer of its certificates."""
    signing.trust(world, pki)
    steps.know_organisation(world)


def licence(world: World, tariff: str = "basic", *, pay: bool = True) -> Any:
    """Buy a licence, pay it unless `pay` is false, and return the licence."""
    bought = world.ok("POST /gosotchet/licences", {"tariff": tariff})
    if pay:
        payment = {
            "invoice_number": bought["invoice_number"],
            "amount_kopecks": bought["invoice"]["total_kopecks"],
            "bank_reference": f"bank-{bought['invoice_number']}",
            "paid_on": "2026-11-24",
        }
        world.ok("POST /payments", payment, who="operator")
        world.drain()
    return next(
        item
        for item in world.get("/gosotchet/licences")["items"]
        if item["licence_id"] == bought["licence_id"]
    )


def form(pki: DemonstrationPki, licence_id: str, *authorities: Any, **changes: Any) -> Any:
    """Return the form of «Регистрация лицензии»."""
    return {
        "licence_id": licence_id,
        "authorities": list(authorities) or [FNS],
        "certificate": certificate(pki),
        "email": EMAIL,
    } | changes


def register(world: World, pki: DemonstrationPki, *authorities: Any, **how: Any) -> Any:
    """Register a new licence, process the queues, and return the registration."""
    ready(world, pki)
    bought = licence(world, **how)
    made = world.ok(REGISTRATIONS, form(pki, bought["licence_id"], *authorities))
    world.drain()
    return registration(world, made)


def registration(world: World, made: Any, who: str = "client") -> Any:
    """Read a registration again."""
    return world.get(f"/gosotchet/registrations/{made['registration_id']}", who=who)


def passwords(world: World) -> list[tuple[str, str]]:
    """Return the logins and passwords sent by e-mail, oldest first."""
    credentials = []
    for mail in world.mails():
        if mail.subject == CREDENTIALS:
            match = re.search(r"Логин: (\S+)\nОдноразовый пароль: (\S+)\n", mail.body)
            assert match
            credentials.append((match[1], match[2]))
    return credentials


def sign_in(world: World, login: str, password: str, **new: str) -> Answer:
    """Attempt to sign in and return the answer."""
    return world.call(SESSIONS, {"login": login, "password": password} | new)


def works(world: World, login: str, password: str) -> bool:
    """Return whether a one-time password is valid."""
    answer = sign_in(world, login, password)
    assert answer.status in (401, 403), answer.body
    return answer.problem == "password-change-required"
