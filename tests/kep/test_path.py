from datetime import timedelta

import pytest

from chalicelib.kep import Trust, certificate, path, verify
from chalicelib.kep.path import PathBuilder, _check_authority
from infra.gost_pki import Identity, Key, distinguished_name, issue

CONTENT = b"content"


@pytest.fixture(scope="module")
def authority(pki, at):
    """Return a function that makes an authority below an issuer, or a root."""

    def make(name: str, issuer: Identity | None, key: Key | None = None) -> Identity:
        return issue(
            key=key or Key.generate(),
            name=distinguished_name({"2.5.4.3": name}),
            issuer=issuer,
            not_before=at - timedelta(days=1),
            not_after=at + timedelta(days=1),
            authority=True,
        )

    return make


@pytest.fixture(scope="module")
def leaf_of(pki, at):
    def make(issuer: Identity) -> Identity:
        return issue(
            key=pki["legal"].key,
            name=pki["legal"].name,
            issuer=issuer,
            not_before=at - timedelta(days=1),
            not_after=at + timedelta(days=1),
        )

    return make


def parsed(*identities: Identity):
    return [certificate.parse(identity.certificate) for identity in identities]


def test_longest_path(pki, at, authority, leaf_of, refused) -> None:
    chain = [pki["root"]]
    while len(chain) < path.MAX_PATH - 1:
        chain.append(authority(f"УЦ {len(chain)}", chain[-1]))
    trust = Trust.from_pem(pki.pem("root"), revocation_unknown="accept")
    [leaf] = parsed(leaf_of(chain[-1]))

    evidence = PathBuilder(trust, at, parsed(*chain[1:])).validate(leaf)
    assert len(evidence["chain"]) == path.MAX_PATH

    longer = [*chain, authority("УЦ", chain[-1])]
    [leaf] = parsed(leaf_of(longer[-1]))
    with refused("untrusted"):
        PathBuilder(trust, at, parsed(*longer[1:])).validate(leaf)


def test_mutually_certified_authorities_terminate(
    pki, at, authority, leaf_of, refused, monkeypatch
) -> None:
    """Several keys of one name certify one another, so paths have no end."""
    keys = [Key.generate() for _ in range(3)]
    roots = [authority("Круг", None, key) for key in keys]
    mesh = [authority("Круг", root, key) for root in roots for key in keys]
    monkeypatch.setattr(path, "_may_have_issued", lambda issuer, subject: True)
    monkeypatch.setattr(path, "_signed_by", lambda subject, issuer: True)
    [leaf] = parsed(leaf_of(roots[0]))
    builder = PathBuilder(pki.trust(), at, parsed(*mesh))

    with refused("untrusted"):
        builder.validate(leaf)
    assert builder._attempts == 0


def test_path_length(pki, at, authority, refused) -> None:
    import dataclasses

    [root, first, second] = parsed(
        pki["root"], authority("Первый", pki["root"]), authority("Второй", pki["root"])
    )
    limited = dataclasses.replace(root, path_len_constraint=1)
    _check_authority(limited, below=[first])
    _check_authority(limited, below=[first, dataclasses.replace(root)])  # self-issued
    with refused("untrusted"):
        _check_authority(limited, below=[first, second])


def test_issuers_must_be_authorities_with_key_cert_sign(pki, refused) -> None:
    import dataclasses

    [root] = parsed(pki["root"])
    for changed in (
        dataclasses.replace(root, is_ca=False),
        dataclasses.replace(root, key_usage=frozenset({"digital_signature"})),
    ):
        with refused("untrusted"):
            _check_authority(changed, below=[])
    _check_authority(dataclasses.replace(root, key_usage=None), below=[])


def test_valid_path_is_preferred_to_an_expired_path(pki, at, authority, leaf_of, refused) -> None:
    """An authority has two certificates for one key, one of which has expired."""
    key = Key.generate()
    name = distinguished_name({"2.5.4.3": "УЦ с двумя сертификатами"})
    expired, good = (
        issue(
            key=key,
            name=name,
            issuer=pki["root"],
            not_before=at - timedelta(days=3),
            not_after=at + timedelta(days=days),
            authority=True,
        )
        for days in (-1, 1)
    )
    [leaf] = parsed(leaf_of(good))
    trust = Trust.from_pem(pki.pem("root"), revocation_unknown="accept")

    assert PathBuilder(trust, at, parsed(expired, good)).validate(leaf)
    with refused("expired"):
        PathBuilder(trust, at, parsed(expired)).validate(leaf)


def test_signature_is_verified_before_other_checks(pki, at, refused) -> None:
    """A certificate of an unknown issuer is untrusted, whatever its other defects."""
    with refused("untrusted"):
        verify(pki.sign(CONTENT, "of_foreign"), CONTENT, pki.trust(), at + timedelta(days=4000))
