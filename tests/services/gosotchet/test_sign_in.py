"""Sign-in to the embedded directory: the pause after wrong passwords, the change of password."""

import string

import pytest

from chalicelib.services.gosotchet import account, password, rules
from infra.demonstration_pki import DemonstrationPki
from tests.support import steps_gosotchet as by
from tests.support.world import World

OWN = "пароль не короче 12"


def test_wrong_passwords_pause_sign_in_until_the_pause_ends_or_a_new_password_is_sent(
    world: World, pki: DemonstrationPki
) -> None:
    made = by.register(world, pki)
    ((login, right),) = by.passwords(world)
    for _ in range(account.MOST_FAILURES):
        assert by.sign_in(world, login, "wrong").problem == "sign-in-refused"
    paused = by.sign_in(world, login, right)
    assert (paused.status, paused.problem) == (429, "sign-in-paused")
    assert paused.headers["Retry-After"] == "900"
    world.moment += account.PAUSE
    assert by.sign_in(world, login, "wrong").problem == "sign-in-refused"
    assert by.sign_in(world, login, right).problem == "sign-in-paused"
    world.ok(f"POST /gosotchet/registrations/{made['registration_id']}/credentials", {})
    world.drain()
    assert by.works(world, *by.passwords(world)[-1])


def test_right_password_resets_the_count_of_wrong_passwords(
    world: World, pki: DemonstrationPki
) -> None:
    by.register(world, pki)
    ((login, right),) = by.passwords(world)
    for _ in range(2):
        for _ in range(account.MOST_FAILURES - 1):
            by.sign_in(world, login, "wrong")
        assert by.works(world, login, right)


def test_second_of_two_attempts_at_once_is_refused(world: World, pki: DemonstrationPki) -> None:
    by.register(world, pki)
    ((login, right),) = by.passwords(world)
    answers = []

    def meanwhile(perform: object) -> object:
        if world.calls[-1].operation == "TransactWriteItems" and not answers:
            answers.append("under way")
            answers.append(by.sign_in(world, login, "wrong").problem)
            world._function = "sign_in_gosotchet"
        return perform()  # type: ignore[operator]

    world.around = meanwhile
    late = by.sign_in(world, login, right)
    assert answers[1:] == ["sign-in-refused"]
    assert (late.status, late.problem) == (429, "sign-in-busy")


def test_unknown_login_is_answered_like_a_wrong_password(
    world: World, pki: DemonstrationPki
) -> None:
    by.register(world, pki)
    ((login, _),) = by.passwords(world)
    unknown, wrong = by.sign_in(world, "go-1", "x"), by.sign_in(world, login, "x")
    assert (unknown.status, unknown.body) == (wrong.status, wrong.body)


@pytest.mark.parametrize("new", ["короткий", "x" * 129, "", "the same", "with the login"])
def test_bad_new_password_is_refused(world: World, pki: DemonstrationPki, new: str) -> None:
    by.register(world, pki)
    ((login, right),) = by.passwords(world)
    new = {"the same": right, "with the login": f"my {login.upper()}"}.get(new, new)
    answer = by.sign_in(world, login, right, new_password=new)
    assert answer.status == 422
    assert right not in answer.body.decode()
    assert by.works(world, login, right)


def test_password_can_be_changed_at_any_sign_in(world: World, pki: DemonstrationPki) -> None:
    by.register(world, pki)
    ((login, right),) = by.passwords(world)
    by.sign_in(world, login, right, new_password=OWN)
    assert by.sign_in(world, login, OWN, new_password=OWN + "!").status == 200
    assert by.sign_in(world, login, OWN).problem == "sign-in-refused"
    assert by.sign_in(world, login, OWN + "!").status == 200


def test_one_time_passwords_are_strong_and_legible() -> None:
    made = {password.generate() for _ in range(200)}
    assert len(made) == 200
    letters = set("".join(made)) - {"-"}
    assert letters <= set(string.ascii_lowercase + string.digits) - set("il1o0")
    assert len(letters) ** 16 > 2**78


def test_password_matches_its_own_hash_only() -> None:
    kept = password.hash_password("тайна")
    assert password.matches("тайна", kept)
    assert not password.matches("тайна ", kept)
    assert not password.matches("тайна", None)
    assert kept != password.hash_password("тайна"), "salted"


def test_last_day_of_a_term_in_months() -> None:
    import datetime as dt

    assert rules.last_day(dt.date(2026, 11, 24), 12) == dt.date(2027, 11, 23)
    assert rules.last_day(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 27)
    assert rules.last_day(dt.date(2024, 2, 29), 12) == dt.date(2025, 2, 27)
    assert rules.last_day(dt.date(2026, 12, 1), 1) == dt.date(2026, 12, 31)
