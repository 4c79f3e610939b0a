"""The hash function GOST R 34.11-2012 (Streebog) with 256 and 512 bits (RFC 6986).

Pure Python, about 0.5 MB/s. OpenSSL's ``gostprov`` provider, about 60 MB/s, is used instead if it
is installed.
"""

import functools
import hashlib
from collections.abc import Callable
from struct import Struct

_NATIVE_FROM = 16_384
"""Minimum length in bytes for which loading the provider costs less than hashing in Python."""

_PI = bytes.fromhex(  # RFC 6986, 6.2
    "fceedd11cf6e3116fbc4fada23c5044de977f0db932e99ba1736f1bb14cd5fc1"
    "f918655ae25cef21811c3c428b018e4f058402aee36a8fa0060bed987fd4d31f"
    "eb342c51eac848abf22a68a2fd3aceccb5700e56080c7612bf7213479cb75d87"
    "15a19629107b9ac7f391786f9d9eb2b13275193dff358a7e6d54c680c3bd0d57"
    "dff524a93ea843c9d779d6f67c22b903e00fecde7a94b0bcdce828504e330a4a"
    "a79760731e0062441ab83882649f2641ad454692275e552f8ca3a57d69d5953b"
    "0758b34086ac1df730376be488d9e789e11b83494c3ff8fe8d53aa90cad88561"
    "207167a42d2b095bcb9b25d0bee56c5259a674d2e6f4b4c0d166afc2394b63b6"
)
_A = bytes.fromhex(  # RFC 6986, 6.4: the matrix of the linear transformation l
    "8e20faa72ba0b47047107ddd9b505a38ad08b0e0c3282d1cd8045870ef14980e"
    "6c022c38f90a4c073601161cf205268d1b8e0b0e798c13c883478b07b2468764"
    "a011d380818e8f405086e740ce47c9202843fd2067adea1014aff010bdd87508"
    "0ad97808d06cb40405e23c0468365a028c711e02341b2d0146b60f011a83988e"
    "90dab52a387ae76f486dd4151c3dfdb924b86a840e90f0d2125c354207487869"
    "092e94218d243cba8a174a9ec8121e5d4585254f64090fa0accc9ca9328a8950"
    "9d4df05d5f661451c0a878a0a1330aa660543c50de970553302a1e286fc58ca7"
    "18150f14b9ec46dd0c84890ad27623e00642ca05693b9f700321658cba93c138"
    "86275df09ce8aaa8439da0784e745554afc0503c273aa42ad960281e9d1d5215"
    "e230140fc080298471180a8960409a42b60c05ca30204d215b068c651810a89e"
    "456c34887a3805b9ac361a443d1c8cd2561b0d22900e46692b838811480723ba"
    "9bcf4486248d9f5dc3e9224312c8c1a0effa11af0964ee50f97d86d98a327728"
    "e4fa2054a80b329c727d102a548b194e39b008152acb82279258048415eb419d"
    "492c024284fbaec0aa16012142f35760550b8e9e21f7a530a48b474f9ef5dc18"
    "70a6a56e2440598e3853dc371220a2471ca76e95091051ad0edd37c48a08a6d8"
    "07e095624504536c8d70c431ac02a736c83862965601dd1b641c314b2b8ee083"
)
_C = tuple(  # RFC 6986, 6.5: the iteration constants, least significant byte first
    int.from_bytes(bytes.fromhex(text), "little")
    for text in (
        "0745a6f2596580dd234d74cc3674760515d360a4082a42a20169679291e07c4b"
        "fcc485758db84e7116d0452e43766a2f1f7c65c0812fcbebe9daca1eda5b08b1",
        "b79bb121700479e656cdcbd71ba2dd55caa70adbc261b55c5899d6126b17b59a"
        "3101b5160f5ed561982b230a72eafef3d7b5700f469de34f1a2f9da98ab5a36f",
        "b20aba0af5961e9931db7a8643f4b6c209db6260373ac9c1b19e3590e40fe2d3"
        "7b7b29b11475eaf28b1f9c525f5ef10635843d6a28fc390ac72fce2bacdc74f5",
        "2ed1e384bcbe0c22f137e893a1ea5334be0352933313b7d875d603ed822cd7a9"
        "3f355e68ad1c729d7d3c5c337e858e48dde4715da0e148f9d26615e8b3df1fef",
        "57fe6c7cfd581760f563eaa97ea2567a161a2723b700ffdfa3f53a254717cdbf"
        "bdff0f80d7359e354a1086161f1c157f6323a96c0c413f9a994747adac6bea4b",
        "6e7d64467a4068fa354f903672c571bfb6c6bec2661ff20ab4b79a1cb7a6facf"
        "c68ef09ab49a7f186ca44251f9c4662dc039307a3bc3a46fd9d33a1daeae4fae",
        "93d4143a4d568688f34a3ca24c45173504054a2883694706372c822dc5ab9209"
        "c9937a19333e47d3c987bfe6c7c69e39540924bffe86ac51ecc5aaee160ec7f4",
        "1ee702bfd40d7fa4d9a8515935c2ac362fc4a5d12b8dd16990069b92cb2b89f4"
        "9ac4db4d3b44b4891ede369c71f8b74e41416e0c02aae703a7c9934d425b1f9b",
        "db5a238351446172602a1fcb92dc380e549c07a69a8a2b7bb1ceb2db0b440a80"
        "84090de0b755d93c244289251b3a7d3ade5f16ecd89a4c949b223116545a8f37",
        "ed9c4598fbc7b474c3b63b15d1fa9836f452763b306c1e7a4b3369af0267e79f"
        "0361331b8ae1ff1fdb788aff1ce74189f3f3e4b248e52a38526f0580a6debeab",
        "1b2df381cda4ca6b5dd86fc04a59a2de986e477d1dcdbaefcab948eaef711d8a"
        "79668414218001206107abebbb6bfad894fe5a63cdc60230fb89c8efd09ecd7b",
        "20d71bf14a92bc48991bb2d9d517f4fa5228e188aaa41de786cc91189def805d"
        "9b9f2130d41220f8771ddfbc323ca4cd7ab14904b08013d2ba3116f167e78e37",
    )
)


def _tables() -> list[list[int]]:
    """Return tables that combine S and L: one for each position of a byte in a 64-bit vector."""
    matrix = [int.from_bytes(_A[i : i + 8]) for i in range(0, 512, 8)]
    tables = []
    for place in range(8):
        rows = matrix[(7 - place) * 8 : (8 - place) * 8][
            ::-1
        ]  # rows[k] belongs to bit k of the byte
        linear = [0] * 256
        for value in range(1, 256):
            low = value & -value
            linear[value] = linear[value ^ low] ^ rows[low.bit_length() - 1]
        tables.append([linear[substituted] for substituted in _PI])
    return tables


_TABLES = _tables()
_pack = Struct("<8Q").pack


def _lps(state: int) -> int:
    # Unrolled, with local names: a loop over the eight vectors takes twice as long.
    # fmt: off
    a, b, c, d, e, f, g, h = _TABLES
    (
        a0, a1, a2, a3, a4, a5, a6, a7,
        b0, b1, b2, b3, b4, b5, b6, b7,
        c0, c1, c2, c3, c4, c5, c6, c7,
        d0, d1, d2, d3, d4, d5, d6, d7,
        e0, e1, e2, e3, e4, e5, e6, e7,
        f0, f1, f2, f3, f4, f5, f6, f7,
        g0, g1, g2, g3, g4, g5, g6, g7,
        h0, h1, h2, h3, h4, h5, h6, h7,
    ) = state.to_bytes(64, "little")
    words = _pack(
        a[a0] ^ b[b0] ^ c[c0] ^ d[d0] ^ e[e0] ^ f[f0] ^ g[g0] ^ h[h0],
        a[a1] ^ b[b1] ^ c[c1] ^ d[d1] ^ e[e1] ^ f[f1] ^ g[g1] ^ h[h1],
        a[a2] ^ b[b2] ^ c[c2] ^ d[d2] ^ e[e2] ^ f[f2] ^ g[g2] ^ h[h2],
        a[a3] ^ b[b3] ^ c[c3] ^ d[d3] ^ e[e3] ^ f[f3] ^ g[g3] ^ h[h3],
        a[a4] ^ b[b4] ^ c[c4] ^ d[d4] ^ e[e4] ^ f[f4] ^ g[g4] ^ h[h4],
        a[a5] ^ b[b5] ^ c[c5] ^ d[d5] ^ e[e5] ^ f[f5] ^ g[g5] ^ h[h5],
        a[a6] ^ b[b6] ^ c[c6] ^ d[d6] ^ e[e6] ^ f[f6] ^ g[g6] ^ h[h6],
        a[a7] ^ b[b7] ^ c[c7] ^ d[d7] ^ e[e7] ^ f[f7] ^ g[g7] ^ h[h7],
    )
    # fmt: on
    return int.from_bytes(words, "little")


def _g(h: int, m: int, n: int) -> int:
    """Compute the compression function g_N (RFC 6986, section 8)."""
    key = _lps(h ^ n)
    state = m
    for constant in _C:
        state = _lps(state ^ key)
        key = _lps(key ^ constant)
    return state ^ key ^ h ^ m


def _pure(data: bytes, size: int) -> bytes:
    h = int.from_bytes(b"\x01" * 64) if size == 32 else 0
    n = checksum = 0
    whole = len(data) & ~63
    for start in range(0, whole, 64):
        m = int.from_bytes(data[start : start + 64], "little")
        h = _g(h, m, n)
        n += 512
        checksum += m
    tail = data[whole:]
    m = int.from_bytes(tail + b"\x01", "little")
    h = _g(h, m, n)
    h = _g(h, n + len(tail) * 8, 0)
    h = _g(h, (checksum + m) % (1 << 512), 0)
    return h.to_bytes(64, "little")[64 - size :]


@functools.cache
def _native() -> Callable[[bytes, int], bytes] | None:
    """Return OpenSSL's implementation, if its configuration or modules folder has one."""

    def digest(data: bytes, size: int) -> bytes:
        return hashlib.new(f"md_gost12_{size * 8}", data).digest()

    def load_nothing() -> None:
        """Do nothing: OpenSSL's configuration may have loaded the provider."""

    def load_provider() -> None:
        import _hashlib
        import ctypes

        # The libcrypto that hashlib uses. The last argument keeps the default provider loaded.
        try_load = ctypes.CDLL(_hashlib.__file__).OSSL_PROVIDER_try_load
        try_load.restype = ctypes.c_void_p
        try_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        try_load(None, b"gostprov", 1)

    for load in (load_nothing, load_provider):
        try:
            load()
            if all(digest(_PI, size) == _pure(_PI, size) for size in (32, 64)):
                return digest
        except (ImportError, AttributeError, OSError, ValueError):
            continue
    return None


def digest(data: bytes, size: int) -> bytes:
    """Return the hash of ``data``.

    Args:
        data: the message.
        size: length of the hash in bytes, 32 or 64.

    Raises:
        ValueError: ``size`` is neither.
    """
    if size not in (32, 64):
        raise ValueError(size)
    if len(data) >= _NATIVE_FROM and (native := _native()):
        return native(data, size)
    return _pure(data, size)
