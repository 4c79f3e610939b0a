"""Bearer tokens of systems that call an action and are no persons of an organisation."""

import hmac

from chalicelib.runtime.problem import Unauthenticated
from chalicelib.runtime.settings import Settings


class MachineToken(Settings):
    """Base of settings whose only field is a secret: the token that a system must bear.

    Without a value every call is refused.
    """

    @classmethod
    def require(cls, authorization: str) -> None:
        """Check an ``Authorization`` header, in a time that does not depend on its value.

        Raises:
            Unauthenticated: the header does not bear the token.
        """
        (field,) = cls.model_fields
        expected: str = getattr(cls.load(), field).get_secret_value()
        scheme, _, token = authorization.partition(" ")
        matches = hmac.compare_digest(token.strip().encode(), expected.encode())
        if scheme.lower() != "bearer" or not expected or not matches:
            raise Unauthenticated
