"""The caller of an action, as the authorizer read it from the verified token."""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from chalicelib.runtime.problem import RoleMissing, Unauthenticated


class Role(StrEnum):
    """A role of a caller; a caller may have several."""

    CLIENT = "client"
    LANDLORD = "landlord"
    OPERATOR = "operator"


@dataclasses.dataclass(frozen=True)
class Caller:
    """A person and the organisation on whose behalf they call."""

    client_id: str
    subject: str
    roles: frozenset[Role]

    @property
    def is_operator(self) -> bool:
        """Whether the caller works for the operator, and so sees every organisation."""
        return Role.OPERATOR in self.roles

    @classmethod
    def from_authorizer(cls, context: Mapping[str, Any] | None) -> "Caller":
        """Read the context that :mod:`chalicelib.runtime.authorizer` left with the request.

        Raises:
            Unauthenticated: the request has no such context.
        """
        if not context or not context.get("client_id"):
            raise Unauthenticated
        roles = frozenset(Role(role) for role in str(context["roles"]).split())
        return cls(str(context["client_id"]), str(context["principalId"]), roles)

    def require(self, roles: frozenset[Role]) -> None:
        """Check that the caller has at least one of ``roles``.

        Raises:
            RoleMissing: the caller has none of them.
        """
        if not self.roles & roles:
            raise RoleMissing
