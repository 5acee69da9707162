"""Stands before a bench with a certificate of an unknown authority, as a company's proxy does.

Usage: tls_front.py HOST:PORT FOLDER. Writes the authority into FOLDER/ca.pem, prints its URL, and ends when its
standard input closes.
"""

import contextlib
import datetime
import ipaddress
import os
import pathlib
import signal
import socket
import ssl
import sys
import threading
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(name: str, issuer: Any, issuer_key: Any, extension: Any, key: Any) -> Any:
    """A certificate of an hour, signed by its issuer, or by itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(extension, critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def context(folder: pathlib.Path) -> ssl.SSLContext:
    """A new authority, and a server's certificate by it."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = certificate("an authority of the bench", None, authority_key, identifier, authority_key)
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    server = certificate("localhost", authority, authority_key, names, key)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(authority.public_bytes(pem))
    (folder / "server.pem").write_bytes(
        server.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(folder / "server.pem")
    return found


def relay(source: Any, target: Any) -> None:
    """Copies until one side ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def serve(listener: socket.socket, tls: ssl.SSLContext, bench: tuple[str, int]) -> None:
    """Takes connections for ever."""
    while True:
        plain, _ = listener.accept()
        try:
            near = tls.wrap_socket(plain, server_side=True)
        except OSError:
            # A caller that does not trust the authority hangs up.
            plain.close()
            continue
        far = socket.create_connection(bench)
        for pair in ((near, far), (far, near)):
            threading.Thread(target=relay, args=pair, daemon=True).start()


def main() -> None:
    """Serves until standard input closes."""
    # Who started it ends it by standard input, and interrupts it as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    host, _, port = sys.argv[1].rpartition(":")
    listener = socket.create_server(("127.0.0.1", 0))
    tls = context(pathlib.Path(sys.argv[2]))
    threading.Thread(target=serve, args=(listener, tls, (host, int(port))), daemon=True).start()
    print(f"https://localhost:{listener.getsockname()[1]}", flush=True)
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
