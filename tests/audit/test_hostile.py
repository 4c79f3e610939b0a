"""Hostile values in bodies, paths and queries are refused with a problem, or accepted unharmed."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from chalicelib.runtime.action import payload_of, signature
from chalicelib.runtime.declaration import Action
from infra import declarations
from tests.support import estate
from tests.support.world import Beginning, World, Worlds

ACTIONS = declarations.actions()
WITH_BODY = [action for action in ACTIONS if not action.is_read and payload_of(signature(action))]
WITH_PATH = [action for action in ACTIONS if "{" in action.path]
OURS = "client-1"
CANARY = "kanareyka"
"""Part of every value sent, so that answers, logs and e-mails can be searched for it."""

FORGING = {
    "a null": f"{CANARY}\0",
    "a header": f"{CANARY}\r\nBcc: evil@example.ru",
    "a line of a log": f'{CANARY}\n{{"level":"ERROR"}}',
    "half a character": f"{CANARY}\ud800",
    "text turned round": f"{CANARY}\u202efdp.exe",
    "an unseen letter": f"{CANARY}\u200b",
    "a line of another kind": f"{CANARY}\u2028x",
}
"""Texts that would forge what is shown, printed, mailed or logged; always refused."""

ODD = {
    "formula, markup, template": f'=HYPERLINK("http://x")<img src=x>{{{{7*7}}}}${{jndi:x}}%0d%0a{CANARY}',
    "a path": f"../../../{CANARY}",
    "much": CANARY * 200_000,
    "nothing": "",
}
"""Unusual texts; where one is accepted, it stays a text."""

TOKENS = [
    *("null", "true", "[]", "{}", "[[]]", '[{"a":[]}]', '{"a":{"a":1}}', "-1", "0", "1.5", "-0.0"),
    *("1e3", "1e400", "-1e400", "1e-400", "1E+99999", "9" * 400, "9" * 5_000, "NaN", "-Infinity"),
    *("0x10", "01", "1_000", "'a'", '"\\u0000"', '"\\ud800\\udc00"', "[" * 5_000 + "]" * 5_000),
]
"""Tokens of JSON, valid and invalid."""

SEGMENTS = [
    *("..", "%2e%2e", "..%2f..%2fhealth", "%252e%252e%252f", "a%2fb", "%5c..%5c", "%c0%ae", "%ff"),
    *("%00", "a%00", "%0d%0aSet-Cookie:%20a=b", "%23", "client-2%23", "*", "%25", "%", "%zz"),
    *("x" * 129, "%F0%9F%92%A9" * 100, "%E2%80%AE", "'%20or%201=1", "${x}", "%7B%7B7*7%7D%7D"),
]


def persona(declared: Action) -> str:
    return sorted(declared.callers, reverse=True)[-1].value if declared.callers else "nobody"


def own_route(world: World, declared: Action) -> str:
    return estate.route(declared, estate.own_ids(world, OURS, declared))


def bodies(body: Any) -> Iterator[tuple[str, bytes, bool]]:
    """Yield hostile bodies: a description, the bytes, whether they must be refused."""
    for where, _ in estate.leaves(body):
        place = "/".join(map(str, where))
        for why, text in FORGING.items():
            yield f"{place}: {why}", json.dumps(estate.changed(body, where, text)).encode(), True
        for why, text in ODD.items():
            yield f"{place}: {why}", json.dumps(estate.changed(body, where, text)).encode(), False
        for token in TOKENS:
            held = json.dumps(estate.changed(body, where, "@"), ensure_ascii=False)
            yield f"{place}: {token[:20]}", held.replace('"@"', token).encode(), False


@pytest.mark.parametrize("declared", WITH_BODY, ids=lambda action: action.name)
def test_value_in_a_body_is_refused_or_stays_a_value(
    worlds: Worlds, beginning: Beginning, logged: list[dict[str, Any]], declared: Action
) -> None:
    who, world = persona(declared), worlds(beginning)
    route = own_route(world, declared)
    body = estate.body(declared, world)
    good = world.call(route, body, who=who, headers=estate.headers(declared))
    assert good.status < 500
    assert good.status < 400 or good.problem != "payload-invalid", good.body
    world = worlds(beginning)
    for why, raw, must_be_refused in bodies(body):
        answer = world.call(route, raw=raw, who=who, headers=estate.headers(declared))
        assert answer.status < 500, why
        if answer.status >= 400:
            assert CANARY.encode() not in answer.body, why
            continue
        assert not must_be_refused, why
        world.drain()
        assert world.dead == [], why
        for mail in world.mails():
            check_mail(mail)
        world = worlds(beginning)
    for line in logged:
        assert CANARY not in json.dumps(line), line
        assert line["level"] != "ERROR", line


def check_mail(mail: Any) -> None:
    """Check that a value is in the text of an e-mail only, not in its headers or as markup."""
    parts = vars(mail)
    assert not re.search(r"[\r\n]", str(parts.get("subject", "")))
    for to in parts.get("destinations", {}).values():
        assert all(re.fullmatch(r"[^\s,;<>]+@[^\s,;<>]+", address) for address in to), to
    assert "<img src=x>" not in str(parts.get("raw_data", ""))


@pytest.mark.parametrize("declared", WITH_BODY, ids=lambda action: action.name)
def test_body_with_a_repeated_member_is_refused(world: World, declared: Action) -> None:
    body = estate.body(declared, world)
    (name, value), *_ = body.items()
    pair = f"{json.dumps(name)}: {json.dumps(value)}"
    raw = f"{{{pair}, {json.dumps(body)[1:]}".encode()
    assert json.loads(raw) == body
    headers = estate.headers(declared)
    answer = world.call(own_route(world, declared), raw=raw, who=persona(declared), headers=headers)
    assert (answer.status, answer.problem) == (400, "unreadable")


@pytest.mark.parametrize("declared", WITH_PATH, ids=lambda action: action.name)
def test_name_in_a_path_reaches_nothing_else(world: World, declared: Action) -> None:
    everything = [estate.items(world, client_id) for client_id in (OURS, "client-2")]
    ids, body = estate.own_ids(world, OURS, declared), estate.body(declared, world)
    how = {"who": persona(declared), "query": estate.query(declared, world)}
    for name in re.findall(r"{(\w+)}", declared.path):
        for segment in SEGMENTS:
            before = len(world.calls)
            answer = world.call(estate.route(declared, ids | {name: segment}), body, **how)
            if re.search(r"[\0-\x1f/]", unquote(segment)) or len(unquote(segment)) > 128:
                assert answer.status == 404, segment
                assert len(world.calls) == before, segment
            if declared.method == "DELETE" and answer.status < 300:
                continue  # deleting what does not exist succeeds
            assert answer.status in {404, 409, 422}, (segment, answer.body)
    kept = [estate.items(world, client_id) for client_id in (OURS, "client-2")]
    if declared.method != "DELETE":
        assert kept == everything


def test_value_in_a_query_is_refused_or_stays_a_value(world: World) -> None:
    for declared in ACTIONS:
        payload = payload_of(signature(declared))
        if not declared.is_read or not payload:
            continue
        asked, route = estate.query(declared, world), own_route(world, declared)
        names = [field.alias or name for name, field in payload[1].model_fields.items()]
        for name in [*names, "unknown", "client_id", "__class__"]:
            for value in [*FORGING.values(), *ODD.values(), *TOKENS]:
                sent = value.encode("utf-8", "replace")[:8_000]
                query = {**asked, name: sent}
                answer = world.call(route, who=persona(declared), query=query)
                assert answer.status < 500
                if answer.status >= 400:
                    assert CANARY.encode() not in answer.body
                else:
                    assert name in names
