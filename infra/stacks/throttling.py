"""The usage plan of the API: how often one client may call, whatever the others do."""

from collections.abc import Iterable
from typing import Any

from chalicelib.runtime.declaration import Action
from chalicelib.runtime.throttling import BUCKETS, api_key

Json = dict[str, Any]

CALLS_A_SECOND = 50
"""Calls a second of one client that the gateway admits: a tenth of what it admits of all."""
EXPENSIVE_CALLS_A_SECOND = 10
"""The same for each action that computes much; see :func:`is_expensive`."""

_USUAL_MEMORY = 512
_PLAN = "ClientPlan"


def is_expensive(action: Action) -> bool:
    """Whether calls of an action compute much: signatures, documents, archives, messages for 1C.

    Such an action declares more memory than is usual, since memory brings computing power.
    """
    return action.memory > _USUAL_MEMORY


def resources(api: str, stage: str, actions: Iterable[Action]) -> Json:
    """Return the usage plan of a stage and an API key for each bucket of clients."""
    plan: Json = {
        "Type": "AWS::ApiGateway::UsagePlan",
        "Properties": {
            "UsagePlanName": {"Fn::Sub": "${Stage}-service-menu-clients"},
            "Throttle": _limit(CALLS_A_SECOND),
            "ApiStages": [
                {
                    "ApiId": {"Ref": api},
                    "Stage": {"Ref": stage},
                    "Throttle": {
                        f"{action.path}/{action.method}": _limit(EXPENSIVE_CALLS_A_SECOND)
                        for action in actions
                        if action.callers and is_expensive(action)
                    },
                }
            ],
        },
    }
    made = {_PLAN: plan}
    for bucket in range(BUCKETS):
        key = f"ClientBucket{bucket:02}"
        made[key] = {
            "Type": "AWS::ApiGateway::ApiKey",
            "Properties": {
                "Enabled": True,
                "Name": {"Fn::Sub": f"${{Stage}}-service-menu-clients-{bucket:02}"},
                "Value": {"Fn::Sub": api_key(f"${{{api}}}", bucket)},
            },
        }
        made[f"{key}InPlan"] = {
            "Type": "AWS::ApiGateway::UsagePlanKey",
            "Properties": {
                "KeyId": {"Ref": key},
                "KeyType": "API_KEY",
                "UsagePlanId": {"Ref": _PLAN},
            },
        }
    return made


def _limit(calls_a_second: int) -> Json:
    return {"RateLimit": calls_a_second, "BurstLimit": 2 * calls_a_second}
