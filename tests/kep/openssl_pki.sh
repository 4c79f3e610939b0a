#!/bin/sh
# Makes a test PKI and messages with openssl and its GOST engine in the given folder.
set -eu
mkdir -p "$1" && cd "$1"

# Some versions define the name of ИННЮЛ and refuse a second definition.
INNLE=$(openssl asn1parse -genstr OID:INNLE > /dev/null 2>&1 || echo 'INNLE = 1.2.643.100.4')
cat > openssl.cnf <<CONFIG
openssl_conf = init
[oids]
$INNLE
[init]
oid_section = oids
engines = engines
stbl_section = strings
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[strings]
INNLE = min:10, max:10, mask:NUMERICSTRING, flags:nomask
OGRNIP = min:15, max:15, mask:NUMERICSTRING, flags:nomask

[req]
string_mask = utf8only
distinguished_name = empty
[empty]

[ca]
default_ca = authority
[authority]
dir = .
database = \$dir/\$ENV::CA.txt
serial = \$dir/\$ENV::CA.serial
crlnumber = \$dir/\$ENV::CA.crlnumber
new_certs_dir = \$dir/issued
certificate = \$dir/\$ENV::CA.pem
private_key = \$dir/\$ENV::CA.key
default_md = \$ENV::MD
default_days = 3650
default_crl_days = 30
crl_extensions = crl
policy = any
unique_subject = no
preserve = yes
email_in_dn = yes
[any]

[crl]
authorityKeyIdentifier = keyid

[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://root.example.invalid/root.crl
certificatePolicies = 1.2.643.100.113.1, 1.2.643.100.113.2
[end_entity]
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://ca.example.invalid/ca.crl
certificatePolicies = 1.2.643.100.113.1
[encipherment]
keyUsage = critical, keyEncipherment
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[critical]
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
1.2.643.100.999 = critical, ASN1:NULL
CONFIG

export OPENSSL_CONF="$PWD/openssl.cnf" CA=root MD=md_gost12_256
mkdir issued

# key NAME ALGORITHM PARAMSET
key() { openssl genpkey -algorithm "$2" -pkeyopt "paramset:$3" -out "$1.key"; }
# request NAME SUBJECT
request() { openssl req -new -utf8 -nameopt utf8 -key "$1.key" -subj "$2" -out "$1.csr"; }
# authority NAME: the files that openssl ca needs
authority() { : > "$1.txt"; echo 1000 > "$1.serial"; echo 01 > "$1.crlnumber"; }
# issue CA NAME EXTENSIONS [options]
issue() {
    ca=$1 name=$2 extensions=$3
    shift 3
    CA=$ca openssl ca -batch -notext -preserveDN -utf8 -in "$name.csr" -out "$name.pem" \
        -extensions "$extensions" "$@" 2> openssl.log || { cat openssl.log >&2; return 1; }
}

ROOT="/C=RU/O=Тестовый головной УЦ/CN=Тестовый головной УЦ"
ISSUING="/C=RU/O=Тестовый УЦ/CN=Тестовый УЦ"
LEGAL="/C=RU/O=ООО «Ромашка»/CN=ООО «Ромашка»/OGRN=1027700132195/INNLE=7707083893"
LEGAL="$LEGAL/INN=500100732259/SNILS=11223344595/SN=Иванова/GN=Анна Петровна/title=Директор"
OLD="/C=RU/O=ООО «Ромашка»/CN=ООО «Ромашка»/OGRN=1027700132195/INN=007707083893"
ENTREPRENEUR="/C=RU/CN=Петрова Мария Ивановна/OGRNIP=304500116000157/INN=500100732259"
ENTREPRENEUR="$ENTREPRENEUR/SN=Петрова/GN=Мария Ивановна"
NATURAL="/C=RU/CN=Сидоров Иван/INN=500100732259/SNILS=11223344595/SN=Сидоров/GN=Иван"

for name in root foreign; do
    key $name gost2012_256 XA
    request $name "$ROOT"
    authority $name
    CA=$name issue $name $name root -selfsign
done
for name in ca twin; do  # one name, two keys
    key $name gost2012_256 XA
    request $name "$ISSUING"
    authority $name
    issue root $name intermediate
done
key foreign_ca gost2012_256 XA
request foreign_ca "$ISSUING"
authority foreign_ca
issue foreign foreign_ca intermediate
key ca512 gost2012_512 A
request ca512 "/C=RU/O=Тестовый УЦ/CN=Тестовый УЦ 512"
authority ca512
issue root ca512 intermediate

# leaf NAME SUBJECT CA EXTENSIONS ALGORITHM PARAMSET [options of openssl ca]
leaf() {
    name=$1 subject=$2 ca=$3 extensions=$4
    key "$name" "$5" "$6"
    shift 6
    request "$name" "$subject"
    issue "$ca" "$name" "$extensions" "$@"
}
leaf legal "$LEGAL" ca end_entity gost2012_256 XA
leaf old "$OLD" ca end_entity gost2012_256 XA
leaf entrepreneur "$ENTREPRENEUR" ca end_entity gost2012_256 TCA
leaf natural "$NATURAL" ca end_entity gost2012_256 TCB
leaf revoked "$NATURAL" ca end_entity gost2012_256 A
leaf expired "$LEGAL" ca end_entity gost2012_256 XA -startdate 200101000000Z -enddate 210101000000Z
leaf future "$LEGAL" ca end_entity gost2012_256 XA -startdate 20450101000000Z -enddate 20460101000000Z
leaf usage "$LEGAL" ca encipherment gost2012_256 XA
leaf critical "$LEGAL" ca critical gost2012_256 XA
leaf of_twin "$LEGAL" twin end_entity gost2012_256 XA
leaf of_foreign "$LEGAL" foreign_ca end_entity gost2012_256 XA
cp legal.txt legal_ca.txt 2> /dev/null || authority legal
leaf of_end_entity "$LEGAL" legal end_entity gost2012_256 XA
for set in B C TCC TCD XB; do leaf "set_256_$set" "$NATURAL" ca end_entity gost2012_256 $set; done
for set in A B C; do
    MD=md_gost12_512 leaf "set_512_$set" "$NATURAL" ca512 end_entity gost2012_512 $set
done
leaf test_set "$NATURAL" ca end_entity gost2012_256 0
leaf gost2001 "$NATURAL" ca end_entity gost2001 A

CA=ca openssl ca -revoke revoked.pem 2> /dev/null
for name in root ca twin foreign foreign_ca; do
    CA=$name openssl ca -gencrl 2> /dev/null | openssl crl -outform DER -out "$name.crl"
done
CA=ca512 MD=md_gost12_512 openssl ca -gencrl 2> /dev/null | openssl crl -outform DER -out ca512.crl
CA=legal openssl ca -gencrl 2> /dev/null | openssl crl -outform DER -out legal.crl
cat root.pem ca.pem twin.pem ca512.pem > bundle.pem

# sign NAME OUT MD [options]
sign() {
    name=$1 out=$2 md=$3
    shift 3
    openssl cms -sign -binary -in content.bin -signer "$name.pem" -inkey "$name.key" -md "$md" \
        -outform DER -out "$out.p7s" "$@" 2> openssl.log || { cat openssl.log >&2; return 1; }
}
printf 'Соглашение\r\n\000' > content.bin
for file in *.csr; do
    name=${file%.csr}
    case $name in
        root | ca | twin | foreign | foreign_ca | ca512) continue ;;
        set_512_*) md=md_gost12_512 certificate=ca512.pem ;;
        of_foreign) md=md_gost12_256 certificate=foreign_ca.pem ;;
        of_end_entity) md=md_gost12_256 certificate=legal.pem ;;
        gost2001) md=md_gost94 certificate=ca.pem ;;
        *) md=md_gost12_256 certificate=ca.pem ;;
    esac
    sign "$name" "$name" "$md" -cades -certfile "$certificate"
done
sign legal attached md_gost12_256 -cades -nodetach
sign legal streamed md_gost12_256 -cades -nodetach -stream
sign legal plain_cms md_gost12_256
sign legal no_attributes md_gost12_256 -noattr
sign legal no_certificates md_gost12_256 -cades -nocerts
sign legal key_identifier md_gost12_256 -cades -keyid
sign legal two md_gost12_256 -cades -signer entrepreneur.pem -inkey entrepreneur.key
openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -out rsa.pem -subj /CN=rsa -days 3650 \
    2> /dev/null
sign rsa rsa sha256 -cades
sign legal with_rsa md_gost12_256 -cades -certfile rsa.pem
