"""The cost of the digests of passwords issued to 1C, which worlds lower for their own use."""

import hashlib

from chalicelib.services.integration_1c import credentials


def test_digest_has_the_cost_of_an_interactive_login() -> None:
    stored, password = credentials.generate("client-1")
    wanted = hashlib.scrypt(password.encode(), salt=stored.salt, n=2**14, r=8, p=1)
    assert stored.digest == wanted
