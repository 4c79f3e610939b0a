"""Refusal of a signature."""

from chalicelib.kep import KepError
from chalicelib.runtime.problem import Problem


class SignatureRefused(Problem):
    """The signature is invalid, or the signer may not act for the organisation.

    ``code`` is the stable reason (``chalicelib.kep.errors``); the detail says what to do.
    """

    status = 422
    slug = "signature-refused"
    title = "Подпись не принята"

    def __init__(self, error: KepError) -> None:
        super().__init__(error.message, code=error.code)
