"""Verification of GOST R 34.10-2012 signatures (RFC 7091) with keys encoded as in RFC 9215.

The module handles public values only, so nothing has to run in constant time.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from asn1crypto import core

from chalicelib.kep.curves import CURVES, Curve
from chalicelib.kep.errors import KepError, reading

KEY_SIZES: Final = {"1.2.643.7.1.1.1.1": 32, "1.2.643.7.1.1.1.2": 64}
"""Length of a coordinate in bytes by the object identifier of the key algorithm."""

SIGNATURE_SIZES: Final = KEY_SIZES | {"1.2.643.7.1.1.3.2": 32, "1.2.643.7.1.1.3.3": 64}
"""Half the length of a signature in bytes by the object identifier of the signature algorithm.

Some CMS writers state the key algorithm instead.
"""

DIGEST_SIZES: Final = {"1.2.643.7.1.1.2.2": 32, "1.2.643.7.1.1.2.3": 64}
"""Length of the hash in bytes by the object identifier of Streebog-256 and Streebog-512."""

_WINDOW = 5
"""Window width for multiples of the key, which are computed for each verification."""
_BASE_WINDOW = 7
"""Window width for multiples of the base point, which are computed once for each curve."""

_Affine = tuple[int, int]
_Jacobian = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A signature verification key: the point (x, y) of the curve."""

    curve: Curve
    x: int
    y: int


class _Parameters(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("public_key_param_set", core.ObjectIdentifier),
        ("digest_param_set", core.ObjectIdentifier, {"optional": True}),
        ("encryption_param_set", core.ObjectIdentifier, {"optional": True}),
    ]


class _Algorithm(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("algorithm", core.ObjectIdentifier),
        ("parameters", core.Any, {"optional": True}),
    ]


class _SubjectPublicKeyInfo(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("algorithm", _Algorithm), ("public_key", core.OctetBitString)]


def read_key(subject_public_key_info: bytes) -> PublicKey:
    """Return the key in a DER SubjectPublicKeyInfo (RFC 9215, section 4).

    Raises:
        KepError: ``weak-algorithm``, the algorithm or a parameter set is not admitted;
            ``malformed``, the encoding is invalid or the point is not on the curve.
    """
    with reading():
        info = _SubjectPublicKeyInfo.load(subject_public_key_info, strict=True)
        size = KEY_SIZES.get(info["algorithm"]["algorithm"].dotted)
        if size is None:
            raise KepError("weak-algorithm", "not a GOST R 34.10-2012 key")
        parameters = info["algorithm"]["parameters"].parse(_Parameters)
        curve = CURVES.get(parameters["public_key_param_set"].dotted)
        digest = parameters["digest_param_set"]
        if curve is None or curve.size != size:
            raise KepError("weak-algorithm", "parameter set not admitted")
        if digest.native is not None and DIGEST_SIZES.get(digest.dotted) != size:
            raise KepError("weak-algorithm", "digest parameter set not admitted")
        point = core.OctetString.load(info["public_key"].native, strict=True).native
        if len(point) != 2 * size:
            raise KepError("malformed", "key length")
    x, y = (int.from_bytes(half, "little") for half in (point[:size], point[size:]))
    if not curve.contains(x, y):
        raise KepError("malformed", "key not on its curve")
    return PublicKey(curve, x, y)


def verify(key: PublicKey, digest: bytes, signature: bytes) -> bool:
    """Return whether ``signature`` over ``digest`` is valid (RFC 7091, 6.2).

    ``signature`` is s followed by r, both big-endian.
    """
    curve = key.curve
    if len(digest) != curve.size or len(signature) != 2 * curve.size:
        return False
    s = int.from_bytes(signature[: curve.size])
    r = int.from_bytes(signature[curve.size :])
    if not (0 < r < curve.q and 0 < s < curve.q):
        return False
    e = int.from_bytes(digest, "little") % curve.q or 1
    v = pow(e, -1, curve.q)
    point = _combine(key, s * v % curve.q, -r * v % curve.q)
    return point is not None and point[0] % curve.q == r


def _combine(key: PublicKey, u: int, w: int) -> _Affine | None:
    """Return uG + wQ by interleaved signed windows; None for the point at infinity."""
    curve = key.curve
    base_multiples, key_multiples = (
        _base_multiples(curve),
        _odd_multiples(curve, key.x, key.y, _WINDOW),
    )
    digits_u, digits_w = _signed_windows(u, _BASE_WINDOW), _signed_windows(w, _WINDOW)
    digits_u += [0] * (len(digits_w) - len(digits_u))
    digits_w += [0] * (len(digits_u) - len(digits_w))
    total: _Jacobian = (1, 1, 0)
    for digit_u, digit_w in zip(reversed(digits_u), reversed(digits_w), strict=True):
        total = _double(curve, total)
        for digit, multiples in ((digit_u, base_multiples), (digit_w, key_multiples)):
            if digit > 0:
                total = _add(curve, total, multiples[digit >> 1])
            elif digit:
                x, y = multiples[-digit >> 1]
                total = _add(curve, total, (x, -y))
    if total[2] == 0:
        return None
    return _affine(curve, [total])[0]


def _signed_windows(scalar: int, width: int) -> list[int]:
    """Return the width-w non-adjacent form, least significant digit first."""
    digits = []
    full, half = 1 << width, 1 << (width - 1)
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & (full - 1)
            if digit >= half:
                digit -= full
            scalar -= digit
        digits.append(digit)
        scalar >>= 1
    return digits


@functools.cache
def _base_multiples(curve: Curve) -> Sequence[_Affine]:
    return _odd_multiples(curve, curve.x, curve.y, _BASE_WINDOW)


def _odd_multiples(curve: Curve, x: int, y: int, width: int) -> list[_Affine]:
    """Return P, 3P, 5P, …: the 2^(width-2) multiples that signed windows of this width use."""
    twice = _affine(curve, [_double(curve, (x, y, 1))])[0]
    multiples: list[_Jacobian] = [(x, y, 1)]
    for _ in range((1 << (width - 2)) - 1):
        multiples.append(_add(curve, multiples[-1], twice))
    return _affine(curve, multiples)


def _affine(curve: Curve, points: Sequence[_Jacobian]) -> list[_Affine]:
    """Return affine coordinates with one inversion for all points (Montgomery's trick)."""
    p = curve.p
    products = [1]
    for _, _, z in points:
        products.append(products[-1] * z % p)
    inverse = pow(products.pop(), -1, p)
    result = []
    for (x, y, z), product in zip(reversed(points), reversed(products), strict=True):
        z_inverse = inverse * product % p
        inverse = inverse * z % p
        square = z_inverse * z_inverse % p
        result.append((x * square % p, y * square * z_inverse % p))
    return result[::-1]


def _double(curve: Curve, point: _Jacobian) -> _Jacobian:
    x, y, z = point
    p = curve.p
    yy = y * y % p
    zz = z * z % p
    beta = x * yy % p
    if curve.a == p - 3:
        alpha = 3 * (x - zz) * (x + zz) % p
    else:
        alpha = (3 * x * x + curve.a * (zz * zz % p)) % p
    x3 = (alpha * alpha - 8 * beta) % p
    return x3, (alpha * (4 * beta - x3) - 8 * yy * yy) % p, 2 * y * z % p


def _add(curve: Curve, point: _Jacobian, other: _Affine) -> _Jacobian:
    x, y, z = point
    x2, y2 = other
    if z == 0:
        return x2, y2, 1
    p = curve.p
    zz = z * z % p
    h = (x2 * zz - x) % p
    r = (y2 * zz * z - y) % p
    if h == 0:
        return _double(curve, point) if r == 0 else (1, 1, 0)
    hh = h * h % p
    hhh = h * hh % p
    v = x * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    return x3, (r * (v - x3) - y * hhh) % p, z * h % p
