"""The cost of hashing a password, which worlds lower for their own use."""

import hashlib

from chalicelib.services.gosotchet import password


def test_hash_has_the_cost_that_it_states() -> None:
    _, n, r, p, salt, digest = password.hash_password("тайна").split("$")
    assert (n, r, p) == ("16384", "8", "5")
    wanted = hashlib.scrypt("тайна".encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=5)
    assert digest == wanted.hex()
