"""Provisioning at the reporting system: retries, failure after a day, resends and amendments."""

import datetime as dt
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.notification.store import LEASE
from chalicelib.services.gosotchet import consumer, rules
from chalicelib.services.gosotchet.account_store import ACCOUNTS
from chalicelib.services.gosotchet.settings import ReportingSecret, ReportingSettings
from chalicelib.services.gosotchet.store import GOSOTCHET, PROVISIONING
from infra.demonstration_pki import DemonstrationPki
from tests.support import steps_gosotchet as by
from tests.support.world import World

HOUR = 3600


class Operator:
    """A reporting operator's web server: the requests received and the answers to give."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.answers: list[tuple[int, Any]] = []
        self.url = ""

    def answer(self, path: str, key: str, body: dict[str, Any]) -> tuple[int, Any]:
        self.asked.append((path, key, body))
        if self.answers:
            return self.answers.pop(0)
        return (200, {"login": "их-логин"}) if path.startswith("/accounts/") else (204, None)


@pytest.fixture
def remote(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """Configure the deployment to use a reporting operator's system."""
    operator = Operator()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            assert self.headers["Authorization"] == "Bearer token-of-tests"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = self.headers["Idempotency-Key"]
            status, document = operator.answer(self.path, key, body)
            content = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        operator.url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("REPORTING_URL", operator.url + "/")
        monkeypatch.setenv("REPORTING_TOKEN", "token-of-tests")
        ReportingSettings.load.cache_clear()
        ReportingSecret.load.cache_clear()
        yield operator
        server.shutdown()
    ReportingSettings.load.cache_clear()
    ReportingSecret.load.cache_clear()


def accepted(world: World, pki: DemonstrationPki, *authorities: Any) -> Any:
    """Register a licence and leave its message in the outbox."""
    by.ready(world, pki)
    bought = by.licence(world)
    return world.ok(by.REGISTRATIONS, by.form(pki, bought["licence_id"], *authorities))


def oldest(capsys: pytest.CaptureFixture[str]) -> float:
    """Return the last reported age of the oldest request, in seconds."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[:1] == "{"]
    ages = [line["OldestUnprovisionedSeconds"] for line in lines if "_aws" in line]
    return float(ages[-1][0])


# --- a reporting operator's own system


def test_account_is_enrolled_at_the_operators_system_which_answers_the_login(
    world: World, pki: DemonstrationPki, remote: Operator
) -> None:
    made = accepted(world, pki, *by.EVERYONE)
    world.drain()
    (opening, setting) = remote.asked
    path, key, body = opening
    assert path == f"/accounts/{made['licence_id']}"
    assert key.startswith(made["licence_id"])
    assert body["authorities"] == by.EVERYONE
    assert body["certificate"] == by.certificate(pki)
    ((login, password),) = by.passwords(world)
    assert login == "их-логин"
    path, key, body = setting
    assert path == "/logins/%D0%B8%D1%85-%D0%BB%D0%BE%D0%B3%D0%B8%D0%BD/password"
    assert (body["password"], body["must_change"]) == (password, True)
    assert key.endswith(f"-{body['issue']}")
    assert world.items(ACCOUNTS) == []
    assert by.sign_in(world, "x", "y").problem == "sign-in-elsewhere"


def test_temporary_failures_are_repeated_with_the_same_idempotency_key(
    world: World, pki: DemonstrationPki, remote: Operator
) -> None:
    remote.answers = [(503, None), (429, {}), (200, {"login": "login"}), (500, None)]
    accepted(world, pki)
    world.drain()
    keys = [key for _, key, _ in remote.asked]
    assert len(keys) == 5
    assert len(set(keys)) == 2
    assert len({body["password"] for _, _, body in remote.asked[3:]}) == 1
    assert len(by.passwords(world)) == 1


def test_delivery_after_an_outage_sends_the_password_set_last(
    world: World, pki: DemonstrationPki, remote: Operator
) -> None:
    remote.answers = [(200, {"login": "login"}), (502, None), (502, None), (502, None)]
    made = accepted(world, pki)
    world.drain()
    ((_, mailed),) = by.passwords(world)
    issued = [body for path, _, body in remote.asked if path.endswith("/password")]
    assert issued[-1]["password"] == mailed
    assert issued[-1]["issue"] > issued[0]["issue"]
    assert by.registration(world, made)["status"] == "credentials_sent"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((422, {"detail": "ОКПО не найден в справочнике."}), "ОКПО не найден в справочнике."),
        ((400, "plain"), "Оператор отчётности отклонил заявку."),
        ((409, {"detail": "x" * 9999}), "Оператор отчётности отклонил заявку."),
    ],
)
def test_refused_registration_fails_notifies_the_client_and_frees_the_licence(
    world: World, pki: DemonstrationPki, remote: Operator, answer: Any, reason: str
) -> None:
    remote.answers = [answer]
    made = accepted(world, pki)
    world.drain()
    current = by.registration(world, made)
    assert (current["status"], current["reason"]) == ("failed", reason)
    assert len(remote.asked) == 1
    mail = world.mails()[-1]
    assert mail.subject == "Регистрация в системе Госотчёт не выполнена"
    assert reason in mail.body
    assert mail.destinations["ToAddresses"] == [by.EMAIL]

    again = world.ok(by.REGISTRATIONS, by.form(pki, made["licence_id"], by.SFR))
    world.drain()
    assert by.registration(world, again)["status"] == "credentials_sent"
    retry = f"POST /gosotchet/registrations/{made['registration_id']}/retry"
    assert world.call(retry, who="operator").problem == "licence-used"


def test_refused_password_is_not_sent(
    world: World, pki: DemonstrationPki, remote: Operator
) -> None:
    remote.answers = [(200, {"login": "login"}), (422, {"detail": "Учётная запись закрыта."})]
    made = accepted(world, pki)
    world.drain()
    assert by.registration(world, made)["reason"] == "Учётная запись закрыта."
    assert by.passwords(world) == []


@pytest.mark.parametrize(
    "answers", [[(200, {})], [(200, {"login": None})], [(200, "x")], [(401, {})], [(302, {})]]
)
def test_invalid_answer_is_a_temporary_failure(
    world: World, pki: DemonstrationPki, remote: Operator, answers: Any
) -> None:
    remote.answers = answers
    made = accepted(world, pki)
    world.relay()
    world.deliver()
    assert by.registration(world, made)["status"] == "accepted"
    world.drain()
    assert by.registration(world, made)["status"] == "credentials_sent"


def test_registration_fails_after_a_day_without_an_answer(
    world: World,
    pki: DemonstrationPki,
    remote: Operator,
    logged: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    remote.answers = [(503, {"echo": "body"})] * 10_000
    made = accepted(world, pki)
    began = world.moment
    world.drain()
    assert [queue for queue, _ in world.dead] == [PROVISIONING.name], "people are called at once"
    while world.moment - began < rules.PROMISED:
        world.run("watch_provisioning")
        age = (world.moment - began).total_seconds()
        assert oldest(capsys) == pytest.approx(age, abs=60)
        world.advance(hours=10)
    remote.asked.clear()
    world.drain()
    assert remote.asked, "what the queue gave up was put on it again"
    world.moment += 2 * LEASE
    world.run("watch_provisioning")
    world.drain()
    current = by.registration(world, made)
    assert (current["status"], current["reason"]) == ("failed", rules.LATE)
    assert world.mails()[-1].subject == "Регистрация в системе Госотчёт не выполнена"
    assert by.passwords(world) == []
    world.run("watch_provisioning")
    assert oldest(capsys) == 0

    remote.answers = []
    path = f"POST /gosotchet/registrations/{made['registration_id']}/retry"
    assert world.call(path).status == 403
    listed = world.get("/gosotchet/worklist", who="operator")["items"]
    assert [item["registration_id"] for item in listed] == [made["registration_id"]]
    assert listed[0]["organisation_inn"] == "7728168971"
    asked = world.ok(path, who="operator")
    assert asked["status"] == "accepted"
    assert asked.get("reason") is None
    assert world.call(path, who="operator").problem == "registration-status-not-allowed"
    world.drain()
    current = by.registration(world, made, who="operator")
    assert [step["status"] for step in current["history"]] == [
        "accepted",
        "failed",
        "accepted",
        "credentials_sent",
    ]
    assert "password" not in json.dumps(logged)


# --- time


def test_request_is_put_on_the_queue_again_after_an_hour(
    world: World, pki: DemonstrationPki, capsys: pytest.CaptureFixture[str]
) -> None:
    made = accepted(world, pki)
    world.relay()
    from tests.support import cloud

    cloud.client("sqs").purge_queue(QueueUrl=PROVISIONING.physical_name)
    world.advance(minutes=59)
    world.run("watch_provisioning")
    assert world.outbox() == []
    world.advance(minutes=2)
    world.run("watch_provisioning")
    assert HOUR < oldest(capsys) < HOUR + 120
    world.drain()
    assert by.registration(world, made)["status"] == "credentials_sent"
    world.advance(days=2)
    world.run("watch_provisioning")
    assert oldest(capsys) == 0
    world.drain()
    assert len(by.passwords(world)) == 1


def test_registration_does_not_fail_while_its_password_is_being_sent(
    world: World, pki: DemonstrationPki
) -> None:
    def fall_silent(perform: Callable[[], Any]) -> Any:
        answer = perform()
        if world.calls[-1].operation == "SendEmail":
            raise TimeoutError
        return answer

    made = accepted(world, pki)
    world.relay()
    world.moment += rules.PROMISED
    world.around = fall_silent
    world.deliver()
    world.around = lambda perform: perform()
    world.moment -= LEASE
    world.run("watch_provisioning")
    assert by.registration(world, made)["status"] == "accepted"
    world.moment += LEASE
    world.drain()
    assert by.registration(world, made)["status"] == "credentials_sent"
    assert world.outbox() == []


def test_timeout_is_shorter_than_the_lease() -> None:
    assert LEASE.total_seconds() > consumer.PROVISIONING_SECONDS


def test_refused_e_mail_is_repeated_with_a_new_password(
    world: World, pki: DemonstrationPki
) -> None:
    def refuse(perform: Callable[[], Any]) -> Any:
        if world.calls[-1].operation == "SendEmail":
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "SendEmail")
        return perform()

    made = accepted(world, pki)
    world.relay()
    world.around = refuse
    world.deliver()
    world.around = lambda perform: perform()
    world.drain()
    ((login, password),) = by.passwords(world)
    assert by.works(world, login, password)
    assert by.registration(world, made)["status"] == "credentials_sent"


def test_failed_resend_keeps_the_registration_and_can_be_retried(
    world: World, pki: DemonstrationPki
) -> None:
    made = by.register(world, pki)
    world.advance(minutes=6)
    path = f"/gosotchet/registrations/{made['registration_id']}"
    world.ok(f"POST {path}/credentials", {})
    world.moment += rules.PROMISED
    world.run("watch_provisioning")
    world.drain()
    current = by.registration(world, made)
    assert current["status"] == "failed"
    assert "Прежний пароль" in world.mails()[-1].body
    form = by.form(pki, made["licence_id"])
    assert world.call(by.REGISTRATIONS, form).problem == "licence-used"
    world.ok(f"POST {path}/retry", who="operator")
    world.drain()
    assert by.works(world, *by.passwords(world)[-1])
    assert len(world.items(ACCOUNTS)) == 1


# --- changes


def test_amendment_adds_authorities_and_replaces_the_certificate(
    world: World, pki: DemonstrationPki, tmp_path: Any
) -> None:
    from tests.support import signing

    made = by.register(world, pki, by.FNS)
    path = f"/gosotchet/registrations/{made['registration_id']}"
    change = world.ok(f"POST {path}/changes", {"authorities": [by.SFR, by.CB]})
    assert change["status"] == "accepted"
    assert world.call(f"POST {path}/changes", {"authorities": [by.RPN]}).problem == "change-open"
    assert by.registration(world, made)["authorities"] == [by.FNS]
    world.drain()
    current = by.registration(world, made)
    assert current["authorities"] == [by.FNS, by.SFR, by.CB]
    assert [step["status"] for step in current["history"]][2:] == [
        "change-submitted",
        "change-completed",
    ]
    assert world.mails()[-1].subject == "Изменения в системе Госотчёт выполнены"
    assert "СФР 087-123-456789" in world.mails()[-1].body

    # The present of an authority has no fraction of a second; time must not go back.
    second = DemonstrationPki(
        tmp_path, signing.SUBJECTS, lambda: world.moment + dt.timedelta(seconds=1)
    )
    signing.trust(world, second)
    world.advance(minutes=1)  # the authority's present may be before what the world has lived
    world.ok(f"POST {path}/changes", {"certificate": by.certificate(second)})
    world.drain()
    after = by.registration(world, made)
    assert after["certificate"]["sha256"] != current["certificate"]["sha256"]
    assert after["authorities"] == current["authorities"]
    changes = world.get(f"{path}/changes")["items"]
    assert [[step["status"] for step in change["history"]] for change in changes] == [
        ["accepted", "completed"]
    ] * 2
    (account,) = world.items(ACCOUNTS)
    assert account["authorities"] == after["authorities"]
    assert account["certificate_sha256"] == after["certificate"]["sha256"]
    assert by.works(world, *by.passwords(world)[0]), "login and password stay"


def test_amendment_is_checked_like_the_registration_form(
    world: World, pki: DemonstrationPki
) -> None:
    made = by.register(world, pki, by.FNS, tariff="fns")
    path = f"POST /gosotchet/registrations/{made['registration_id']}/changes"
    assert world.call(path, {}).status == 422
    other_office = by.FNS | {"code": "5027"}
    answer = world.call(
        path,
        {
            "authorities": [by.FNS, by.SFR, other_office],
            "certificate": by.certificate(pki),
        },
    )
    assert [error["pointer"] for error in answer.json["errors"]] == [
        "/authorities/0",
        "/authorities/1/kind",
        "/authorities/2/code",
        "/certificate",
    ]
    assert "уже зарегистрирован" in answer.json["errors"][3]["detail"]
    expired = {"certificate": by.certificate(pki, variant="expired")}
    assert world.call(path, expired).json["errors"][0]["code"] == "expired"
    assert world.items(GOSOTCHET, "change#") == []


def test_amendment_needs_an_account_and_a_licence_in_force(
    world: World, pki: DemonstrationPki
) -> None:
    made = accepted(world, pki)
    path = f"POST /gosotchet/registrations/{made['registration_id']}/changes"
    change = {"authorities": [by.SFR]}
    assert world.call(path, change).problem == "registration-status-not-allowed"
    world.drain()
    world.advance(days=366)
    assert world.call(path, change).problem == "licence-not-active"


def test_refused_amendment_leaves_the_registration_unchanged(
    world: World, pki: DemonstrationPki, remote: Operator
) -> None:
    made = accepted(world, pki)
    world.drain()
    remote.answers = [(422, {"detail": "Номер СФР не найден."})]
    path = f"/gosotchet/registrations/{made['registration_id']}"
    world.ok(f"POST {path}/changes", {"authorities": [by.SFR]})
    world.drain()
    (change,) = world.get(f"{path}/changes")["items"]
    assert (change["status"], change["reason"]) == ("failed", "Номер СФР не найден.")
    assert "Номер СФР не найден." in world.mails()[-1].body
    current = by.registration(world, made)
    assert (current["authorities"], current["open_change"]) == ([by.FNS], None)
    world.ok(f"POST {path}/changes", {"authorities": [by.CB]})
    world.drain()
    assert by.registration(world, made)["authorities"] == [by.FNS, by.CB]


def test_amendment_fails_after_a_day(world: World, pki: DemonstrationPki) -> None:
    made = by.register(world, pki)
    path = f"/gosotchet/registrations/{made['registration_id']}"
    world.ok(f"POST {path}/changes", {"authorities": [by.SFR]})
    world.moment += rules.REPEATED_AFTER
    world.run("watch_provisioning")
    assert len(world.outbox()) == 2
    world.moment += rules.PROMISED
    world.run("watch_provisioning")
    world.drain()
    (change,) = world.get(f"{path}/changes")["items"]
    assert (change["status"], change["reason"]) == ("failed", rules.LATE)
    assert by.registration(world, made)["authorities"] == [by.FNS]
    (account,) = world.items(ACCOUNTS)
    assert account["authorities"] == [by.FNS]
