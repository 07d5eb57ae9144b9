"""The look for secrets in logs finds what it is to find."""

from pathlib import Path

from tests.support.leaks import leaks

SECRET = "s3cr3t-0123456789_abcdef"


def log(folder: Path, text: str) -> list[Path]:
    path = folder / "service.log"
    path.write_text(text)
    return [path]


def test_a_secret_is_found_wherever_it_stands(tmp_path: Path) -> None:
    for text in (SECRET, f'{{"token": "{SECRET}"}}', f"Bearer {SECRET}\n", f"?key=x{SECRET}y&z", "a\n" * 9 + SECRET):
        (found,) = leaks(log(tmp_path, text), [SECRET])
        assert found.startswith("service.log holds 1 of ")
        assert SECRET not in found


def test_a_part_of_one_and_a_short_one_are_none(tmp_path: Path) -> None:
    assert leaks(log(tmp_path, SECRET[:-1] + " short"), [SECRET, "short"]) == []
