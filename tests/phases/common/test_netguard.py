"""Only public addresses over http and https are asked."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from phases.common import netguard
from phases.common.netguard import NameNotFound, Refused


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.1.2.3",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2002:c0a8:101::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "not an address",
        "",
    ],
)
def test_addresses_inside_a_network_are_refused(address: str) -> None:
    with pytest.raises(Refused):
        netguard.check_address(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    netguard.check_address(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_allowed_only_when_told(address: str) -> None:
    netguard.check_address(address, allow_loopback=True)
    with pytest.raises(Refused, match="not public"):
        netguard.check_address(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "10.0.0.1", "169.254.169.254", "fe80::1"])
def test_the_loopback_option_opens_nothing_else(address: str) -> None:
    with pytest.raises(Refused):
        netguard.check_address(address, allow_loopback=True)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.org/x", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.org", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("//example.org/x", "scheme"),
        ("example.org", "scheme"),
        ("http://", "no host"),
        ("http:///path", "no host"),
        ("http://user@example.org/", "user name"),
        ("http://user:secret@example.org/", "user name"),
        ("http://[::1", "not a valid URL"),
        ("http://[zzz]/", "not a valid URL"),
        ("http://example.org:99999/", "not a valid URL"),
        ("http://example.org:port/", "not a valid URL"),
        ("http://exa\u2100mple.org/", "not a valid URL"),
    ],
)
def test_urls_that_are_not_plain_http_are_refused(url: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        netguard.check_url(url)


def test_the_host_of_a_url_is_given_in_lower_case() -> None:
    assert netguard.check_url("HTTPS://WWW.Example.ORG:8443/Path") == "www.example.org"


def answers(*addresses: str) -> Any:
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]


def test_one_private_address_among_public_ones_refuses_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers("93.184.216.34", "10.0.0.7"))
    with pytest.raises(Refused, match=r"10\.0\.0\.7"):
        netguard.checked_addresses("mixed.example", 80, 1, allow_loopback=False)


def test_all_public_addresses_are_given_once_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers("2606:4700::1", "93.184.216.34", "2606:4700::1"))
    found = netguard.checked_addresses("public.example", 80, 1, allow_loopback=False)
    assert found == ["2606:4700::1", "93.184.216.34"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_odd_spellings_of_loopback_are_refused(host: str) -> None:
    with pytest.raises((Refused, NameNotFound)):
        netguard.checked_addresses(host, 80, 5, allow_loopback=False)


def test_a_host_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NameNotFound, match=r"gone\.example") as caught:
        netguard.resolve("gone.example", 80, 1)
    assert not caught.value.temporary


def test_a_busy_name_server_may_be_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", busy)
    with pytest.raises(NameNotFound) as caught:
        netguard.resolve("busy.example", 80, 1)
    assert caught.value.temporary


def test_a_name_that_cannot_be_written_is_not_found() -> None:
    with pytest.raises(NameNotFound):
        netguard.resolve("a" * 70 + ".example", 80, 1)


def test_a_silent_name_server_does_not_hold_up_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(30) and [])
    with pytest.raises(NameNotFound) as caught:
        netguard.resolve("slow.example", 80, 0.05)
    release.set()
    assert caught.value.temporary


def test_hosts_can_only_be_mapped_to_loopback() -> None:
    netguard.check_loopback("127.0.0.1")
    with pytest.raises(Refused):
        netguard.check_loopback("10.0.0.1")
