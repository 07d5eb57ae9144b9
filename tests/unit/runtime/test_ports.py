"""Ports of an instance: free, distinct, and from a base when one is given."""

import socket
from collections.abc import Iterator

import pytest

from runtime.errors import PortTaken
from runtime.ports import Ports, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_each_port_is_free_distinct_and_below_the_ephemeral_range() -> None:
    ports = Ports()
    picked = [ports.pick() for _ in range(50)]
    assert len(set(picked)) == 50
    assert all(is_free(port) and 18_000 <= port < 32_000 for port in picked)


def test_a_base_counts_up() -> None:
    start = Ports().pick()
    ports = Ports.from_environment({"PORT_BASE": str(start)})
    assert ports.pick() == start


def test_a_taken_port_is_refused_with_what_to_do(taken: int) -> None:
    with pytest.raises(PortTaken, match=f"Port {taken} is in use by another program: set PORT_BASE"):
        Ports(taken).pick()
    with pytest.raises(PortTaken, match="choose another"):
        Ports().claim(taken, "choose another")


def test_a_port_is_handed_out_once() -> None:
    ports = Ports()
    port = ports.pick()
    with pytest.raises(PortTaken):
        ports.claim(port, "choose another")


@pytest.mark.parametrize("text", ["80", "70000", "many", "-1"])
def test_a_senseless_base_is_refused(text: str) -> None:
    with pytest.raises(PortTaken, match="PORT_BASE"):
        Ports.from_environment({"PORT_BASE": text})


def test_without_a_base_any_free_port_will_do() -> None:
    assert Ports.from_environment({"PORT_BASE": ""}).pick() > 0
