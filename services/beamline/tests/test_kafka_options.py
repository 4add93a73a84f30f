"""How the broker is spoken with; TLS by real handshakes."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from beamlore.beamline import KafkaSettings
from beamlore.core import KafkaSettings as ServiceKafkaSettings
from beamlore.core import kafka_options

ACCOUNT = {"kafka_username": "balder", "kafka_password": "secret"}


@pytest.fixture(params=["instrument", "service"])
def options(request):
    """Makes the options of the instrument's client, and those of the services'."""

    def make(**settings):
        given = {"kafka_bootstrap": "127.0.0.1:9093"} | settings
        if request.param == "instrument":
            return KafkaSettings(**given).kafka_options
        return kafka_options(ServiceKafkaSettings(**given))

    return make


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key before it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "broker.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
async def port(certificate) -> AsyncIterator[int]:
    """Of a server that speaks TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def shake_hands(port: int, options, address: str = "127.0.0.1") -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=options["ssl_context"], server_hostname=address)
    writer.close()


@pytest.mark.parametrize(
    ("settings", "protocol", "logs_in"),
    [
        ({}, "PLAINTEXT", False),
        (ACCOUNT, "SASL_PLAINTEXT", True),
        (ACCOUNT | {"kafka_protocol": "SASL_SSL"}, "SASL_SSL", True),
        ({"kafka_protocol": "SSL"}, "SSL", False),
        (ACCOUNT | {"kafka_protocol": "PLAINTEXT"}, "PLAINTEXT", False),
    ],
)
def test_protocol_is_as_set(options, settings, protocol, logs_in):
    found = options(**settings)
    assert found["security_protocol"] == protocol
    assert ("sasl_plain_password" in found) == logs_in
    assert ("ssl_context" in found) == protocol.endswith("SSL")


def test_mechanism_is_as_set(options):
    assert options(**ACCOUNT)["sasl_mechanism"] == "SCRAM-SHA-512"
    assert options(**ACCOUNT, kafka_mechanism="PLAIN")["sasl_mechanism"] == "PLAIN"


@pytest.mark.parametrize("given", ["file", "text"])
async def test_facilitys_authority_is_trusted(options, port, certificate, given):
    pem = certificate.read_text()
    authority = {"kafka_ca_file": certificate} if given == "file" else {"kafka_ca": pem[pem.index("-----BEGIN CERT") :]}
    await shake_hands(port, options(kafka_protocol="SASL_SSL", **authority, **ACCOUNT))


async def test_unknown_authority_is_not_trusted(options, port):
    with pytest.raises(ssl.SSLCertVerificationError):
        await shake_hands(port, options(kafka_protocol="SSL"))


async def test_certificate_of_another_address_is_taken_only_where_asked(options, port, certificate):
    settings = {"kafka_protocol": "SSL", "kafka_ca_file": certificate}
    with pytest.raises(ssl.SSLCertVerificationError):
        await shake_hands(port, options(**settings), "other.example")
    await shake_hands(port, options(**settings, kafka_check_hostname=False), "other.example")


def test_file_of_authorities_that_is_not_there_is_an_error(options, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        options(kafka_protocol="SSL", kafka_ca_file=tmp_path / "none.pem")
