"""Whom we trust and how strictly: configuration, built once and used for every message."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from chalicelib.kep import ber, certificate
from chalicelib.kep.certificate import Certificate
from chalicelib.kep.crl import CRL
from chalicelib.kep.crl import parse as parse_crl
from chalicelib.kep.errors import KepError

_CRL_LINE: Final = re.compile(rb"^CRL: (https?://\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Trust anchors, the certificates between, revocation lists, and the rules.

    ``roots`` and ``intermediates`` are DER by subject name, parsed only when asked for: the list
    of accredited authorities holds more than a thousand. ``revocation_unknown`` says what to do
    where no current list covers a certificate. ``policies``, when not empty, are the certificate
    policies of which every path must carry one (for example КС1, 1.2.643.100.113.1);
    ``accredited``, when not empty, the fingerprints of keys (``Certificate.key_sha256``) one of
    which must have issued the signer's certificate.
    """

    roots: dict[bytes, list[bytes]] = field(repr=False)
    intermediates: dict[bytes, list[bytes]] = field(repr=False, default_factory=dict)
    crls: Mapping[bytes, Sequence[CRL]] = field(repr=False, default_factory=dict)
    published_at: tuple[str, ...] = field(repr=False, default=())
    revocation_unknown: Literal["refuse", "accept"] = "refuse"
    policies: frozenset[str] = frozenset()
    accredited: frozenset[str] = frozenset()

    @classmethod
    def from_pem(
        cls,
        bundle: bytes | str,
        crls: Iterable[CRL | bytes] = (),
        *,
        revocation_unknown: Literal["refuse", "accept"] = "refuse",
        policies: Iterable[str] = (),
        accredited: Iterable[str] = (),
    ) -> "Trust":
        """Trust from a bundle of PEM certificates; the self-issued ones become its anchors.

        Lines ``CRL: http…`` between the certificates name further addresses of revocation lists.
        ``crls`` are kept ones (``CRL``) or, for small lists, DER whose signature is then checked
        whenever it is used. Raises KepError ``malformed`` for a damaged bundle or list.
        """
        text = bundle.encode() if isinstance(bundle, str) else bundle
        roots: defaultdict[bytes, list[bytes]] = defaultdict(list)
        intermediates: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for der in ber.pem_blocks(text):
            issuer, subject = certificate.names(der)
            (roots if issuer == subject else intermediates)[subject].append(der)
        by_issuer: defaultdict[bytes, list[CRL]] = defaultdict(list)
        for given in crls:
            crl = given if isinstance(given, CRL) else parse_crl(given)
            by_issuer[crl.issuer_name].append(crl)
        return cls(
            roots=dict(roots),
            intermediates=dict(intermediates),
            crls=dict(by_issuer),
            published_at=tuple(match.decode() for match in _CRL_LINE.findall(text)),
            revocation_unknown=revocation_unknown,
            policies=frozenset(policies),
            accredited=frozenset(accredited),
        )

    def with_crls(self, crls: Mapping[bytes, Sequence[CRL]]) -> "Trust":
        """The same trust with other revocation lists, by the DER name of their issuer.

        Only ``__getitem__`` is asked, so that lists can be read when they are needed.
        """
        return replace(self, crls=crls)

    def is_anchor(self, candidate: Certificate) -> bool:
        """Whether this very certificate is one of the roots."""
        return candidate.der in self.roots.get(candidate.subject_name, ())

    def authorities_named(self, name: bytes) -> list[Certificate]:
        """The authorities of the bundle with this DER name, roots first, unreadable ones left out.

        Several keys of one authority share a name.
        """
        found = []
        for der in (*self.roots.get(name, ()), *self.intermediates.get(name, ())):
            try:
                found.append(certificate.parse(der))
            except KepError:
                continue
        return found

    def crls_of(self, issuer: Certificate) -> Sequence[CRL]:
        """The revocation lists under the issuer's name, of whichever of its keys."""
        return self.crls.get(issuer.subject_name, ())

    def crl_urls(self) -> list[str]:
        """Where the lists are published that a scheduled refresh has to fetch.

        What the bundle names, and the distribution points of its certificates; those in the
        certificates of signers are in ``Certificate.crl_urls``.
        """
        urls = dict.fromkeys(self.published_at)
        for name in {*self.roots, *self.intermediates}:
            for authority in self.authorities_named(name):
                urls.update(dict.fromkeys(authority.crl_urls))
        return sorted(url for url in urls if url.startswith(("http://", "https://")))
