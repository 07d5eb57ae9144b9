"""Phrases as tuples of words, the form in which messages are compared with them."""

Phrases = tuple[tuple[str, ...], ...]


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


def phrases(*lines: str) -> Phrases:
    """Phrases as words, longest first, so that the longest wins."""
    return tuple(sorted((tuple(line.split()) for line in lines), key=len, reverse=True))
