from pathlib import Path

import pytest

from chalicelib.kep import Trust, certificate, tsl

ENTRY = """
  <УдостоверяющийЦентр>
    <Название>{name}</Название>
    <ПрограммноАппаратныеКомплексы><ПрограммноАппаратныйКомплекс>
      <КлючиУполномоченныхЛиц><Ключ>
        <АдресаСписковОтзыва><Адрес>http://ca.example.invalid/{inn}.crl</Адрес></АдресаСписковОтзыва>
        <Сертификаты><ДанныеСертификата><Данные>{data}</Данные></ДанныеСертификата></Сертификаты>
      </Ключ></КлючиУполномоченныхЛиц>
    </ПрограммноАппаратныйКомплекс></ПрограммноАппаратныеКомплексы>
    <ИНН>{inn}</ИНН><ОГРН>1027700132195</ОГРН>
    <ИсторияСтатусовАккредитации>
      <СтатусАккредитации><Статус>{former}</Статус></СтатусАккредитации>
    </ИсторияСтатусовАккредитации>
    <СтатусАккредитации><Статус>{status}</Статус></СтатусАккредитации>
  </УдостоверяющийЦентр>"""


def listed(*entries: str) -> bytes:
    root = "АккредитованныеУдостоверяющиеЦентры"
    return f'<?xml version="1.0" encoding="utf-8"?><{root}>{"".join(entries)}</{root}>'.encode()


@pytest.fixture(scope="module")
def base64_of(pki):
    return lambda name: "".join(pki.pem(name).splitlines()[1:-1])


@pytest.fixture(scope="module")
def xml(base64_of) -> bytes:
    return listed(
        ENTRY.format(
            name="Тестовый\n УЦ",
            inn="7707083893",
            data=base64_of("ca"),
            status="Действует",
            former="Прекращена",
        ),
        ENTRY.format(
            name="Бывший УЦ",
            inn="7728168971",
            data=base64_of("twin"),
            status="Прекращена",
            former="Действует",
        ),
        ENTRY.format(
            name="УЦ с нечитаемым сертификатом",
            inn="5001007322",
            data="MAA=",
            status="Действует",
            former="Действует",
        ),
    )


def test_authorities(xml: bytes) -> None:
    first, former, damaged = tsl.parse(xml)

    assert (first.name, first.inn, first.ogrn) == ("Тестовый УЦ", "7707083893", "1027700132195")
    assert first.crl_urls == ("http://ca.example.invalid/7707083893.crl",)
    assert [a.accredited for a in (first, former, damaged)] == [True, False, True]
    assert [a.unreadable for a in (first, former, damaged)] == [0, 0, 1]


def test_bundle_contains_accredited_authorities_only(pki, xml: bytes) -> None:
    trust = Trust.from_pem(pki.pem("root") + tsl.bundle(tsl.parse(xml)))
    ca = certificate.parse(pki["ca"].certificate)

    assert trust.authorities_named(ca.subject_name) == [ca]
    assert "http://ca.example.invalid/7707083893.crl" in trust.crl_urls()
    assert tsl.keys(tsl.parse(xml)) == [ca.key_sha256]


def test_command(pki, xml: bytes, tmp_path: Path, capsys) -> None:
    file = tmp_path / "TSL.xml"
    file.write_bytes(xml)

    tsl.main([str(file)])
    written = capsys.readouterr()
    assert written.out == tsl.bundle(tsl.parse(xml))
    assert "2 accredited of 3, 1 certificates unreadable" in written.err
    tsl.main([str(file), "--keys"])
    assert len(capsys.readouterr().out.split()) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"<nonsense/>",
        b"<a",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        b'<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd"><a/>',
    ],
)
def test_invalid_list_is_refused(hostile: bytes, refused) -> None:
    with refused("malformed"):
        tsl.parse(hostile)


def test_list_in_the_published_structure(ministry_samples) -> None:
    """Two authorities, one accredited. The list may contain RSA certificates."""
    authorities = tsl.parse((ministry_samples / "tsl_synthetic_unsigned.xml").read_bytes())

    assert [authority.accredited for authority in authorities] == [True, False]
    assert authorities[0].inn == "7700123459"
    assert [certificate.issuer for certificate in authorities[0].certificates] == ["Test CA 1"]
