"""Whether an address is on this machine: what decides if text sent there leaves it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """The host of an address, "" where it has none.

    >>> host_of("http://127.0.0.1:11434/v1")
    '127.0.0.1'
    """
    try:
        return urlsplit(url if "://" in url else f"http://{url}").hostname or ""
    except ValueError:
        return ""


def client_options(url: str) -> dict[str, bool]:
    """How an HTTP client should be made for an address.

    A proxy of the environment has no business between two programs of one machine. Without TLS there is no certificate
    to check, and reading the list of those who sign them would take a tenth of a second for each client.
    """
    options = {"trust_env": not is_local(url)}
    return options if url.startswith("https") or options["trust_env"] else {**options, "verify": False}


def is_local(url: str) -> bool:
    """Whether the address is this machine's loopback. Nothing is looked up: a name that is not known to be is not.

    >>> is_local("http://localhost:8000"), is_local("http://[::1]:1"), is_local("https://api.example.org/v1")
    (True, True, False)
    """
    host = host_of(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
