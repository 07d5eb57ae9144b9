"""What go.mod pins, and how versions are read."""

from pathlib import Path

import pytest

from runtime import versions


def module(folder: Path, go_mod: str, go_sum: str = "") -> Path:
    (folder / "go.mod").write_text(go_mod)
    (folder / "go.sum").write_text(go_sum)
    return folder


GO_MOD = "go 1.26.5\nrequire (\n\tgithub.com/dapr/dapr v1.18.2\n\tgithub.com/nats-io/nats-server/v2 v2.15.2\n)\n"


def test_the_pins_come_from_go_mod(tmp_path: Path) -> None:
    pins = versions.pins(module(tmp_path, GO_MOD))
    assert (pins.dapr, pins.nats, pins.go) == ("1.18.2", "2.15.2", "1.26.5")
    assert pins.key.startswith("1.18.2-")


def test_another_sum_is_another_cache_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = versions.pins(module(tmp_path / "a", GO_MOD, "x h1:1\n"))
    two = versions.pins(module(tmp_path / "b", GO_MOD, "x h1:2\n"))
    assert one.key != two.key


def test_a_go_mod_without_dapr_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dapr"):
        versions.pins(module(tmp_path, "go 1.26.5\n"))


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("1.18.2\n", (1, 18, 2)),
        ("nats-server: v2.15.2", (2, 15, 2)),
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("edge", None),
    ],
)
def test_the_version_in_a_tools_answer(answer: str, version: tuple[int, ...] | None) -> None:
    assert versions.parse(answer) == version
