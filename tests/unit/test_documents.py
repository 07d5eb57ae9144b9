"""Documents: links lead somewhere, and what they name exists. Their commands are run by tests/e2e/test_documents.py."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [
        PROJECT / "README.md",
        PROJECT / "CONTRIBUTING.md",
        PROJECT / "infra/oke/README.md",
        *(PROJECT / "docs").glob("*.md"),
    ]
)
# Folders of the project whose files the documents name.
ROOTS = ("bench", "charts", "chat_api", "components", "consumers", "contracts", "docs", "infra", "reminder_actor",
         "runtime", "scheduler", "scripts", "servicekit", "tests", ".ci", ".github")  # fmt: skip


def prose(path: Path) -> str:
    """A document without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """What its headings are called in a link, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        linked = (path.parent / file).resolve() if file else path
        assert linked.exists(), target
        if anchor and linked.suffix == ".md":
            assert anchor in anchors(linked), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_files_that_are_named_exist(path: Path) -> None:
    words = re.findall(r"(?<![\w./:-])((?:" + "|".join(map(re.escape, ROOTS)) + r")/[\w./*-]+)", path.read_text())
    for word in words:
        name = word.rstrip("./")
        if name.startswith(("contracts/released/", "scheduler/v", "components.")):
            continue
        found = list(PROJECT.glob(name)) if "*" in name else [PROJECT / name]
        assert any(file.exists() for file in found), word


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_targets_of_make_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    used = set(re.findall(r"(?:`|^|[A-Z_]+=\S+ )make ([a-z0-9][a-z0-9-]*)", path.read_text(), re.MULTILINE))
    assert used - {"cake"} <= targets  # something that a user may want to be reminded of


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_options_of_our_scripts_exist(path: Path) -> None:
    text = path.read_text().replace("\\\n", " ")
    for script, options in re.findall(r"((?:scripts|infra/oke)/[\w-]+\.sh)((?: [^\n`|>]*)?)", text):
        source = (PROJECT / script).read_text()
        for option in re.findall(r"(?<= )--[a-z-]+", options):
            assert option in source, f"{script} {option}"


def test_every_document_is_in_the_list() -> None:
    index = (PROJECT / "docs/README.md").read_text()
    for path in (PROJECT / "docs").glob("*.md"):
        assert path.name == "README.md" or f"({path.name})" in index, path.name


@pytest.mark.parametrize("name", ["quickstart.md", "demo-script.md"])
def test_they_have_blocks_that_are_run_with_their_output(name: str) -> None:
    text = (PROJECT / "docs" / name).read_text()
    assert text.count("```sh run\n") >= 3
    assert text.count("```text output\n") == text.count("```sh run\n")
