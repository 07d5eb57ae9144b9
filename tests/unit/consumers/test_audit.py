"""The audit trail: what is recorded, that it is recorded once, and that tampering is found where it was done."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from consumers.audit.activity import ActivityReader
from consumers.audit.chain import REGISTER, Head, add, chain_of, entry_key, head_key, mark, mark_key
from consumers.audit.history import HistoryReader
from consumers.audit.key import AuditKey
from consumers.audit.recorder import Recorder
from consumers.audit.sealing import SEAL, Tampered, canonical, seal, unseal
from consumers.audit.trail import Trail
from consumers.audit.verifying import Report, Verifier, load_heads, save_heads
from consumers.audit.walking import Broken
from consumers.audit.words import Words, words_key
from contracts.audit import ListActivity
from contracts.events import AccountClosed, CloudEvent, Event, NotificationWanted, ReminderFired, TaskChange, TaskEvent
from contracts.operations import AskHistory
from servicekit.errors import SidecarUnavailable
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Reject
from tests.support.state_store import StateStore

KEY = b"k" * 32
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
CHAIN = chain_of("u1")

Tamper = Callable[[dict[str, bytes]], Any]


def task_event(version: int, user_id: str = "u1", title: str = "call mum") -> TaskEvent:
    change = TaskChange.CREATED if version == 1 else TaskChange.UPDATED
    return TaskEvent(
        change=change,
        task_id="t1" if user_id == "u1" else f"t-{user_id}",
        user_id=user_id,
        version=version,
        title=title,
        occurred_at=NOW,
    )


def fired() -> ReminderFired:
    return ReminderFired(
        reminder_id="r1", task_id="t1", user_id="u1", title="call mum", due_at=NOW, version=1, fired_at=NOW
    )


def wrapped(body: Event) -> CloudEvent:
    return CloudEvent.wrap(body, source="test", time=NOW)


class FixedKey:
    """The key without a secret store."""

    async def get(self) -> bytes:
        return KEY


class Desk:
    """The service's parts on a store in memory."""

    def __init__(self) -> None:
        self.store = StateStore()
        self.restart()

    def restart(self) -> None:
        """The same store, and nothing remembered."""
        self.trail = Trail(cast("Sidecar", self.store))
        self.recorder = Recorder(self.trail, cast("AuditKey", FixedKey()))
        self.reader = ActivityReader(self.trail, cast("AuditKey", FixedKey()))

    async def record(self, *bodies: Event) -> None:
        for body in bodies:
            await self.recorder.handle(wrapped(body))

    async def verify(self, known: dict[str, Head] | None = None, key: bytes = KEY) -> Report:
        return await Verifier(self.trail, key, known).everything()

    async def found(self, known: dict[str, Head] | None = None) -> list[tuple[str, int | None]]:
        """Where a verification finds something wrong."""
        return [(one.chain, one.number) for one in (await self.verify(known)).broken]

    async def seen_by(self, user_id: str, **page: int) -> list[tuple[int, str]]:
        found = await self.reader.page(ListActivity(user_id=user_id, **page))
        return [(one.number, one.kind) for one in found.entries]


@pytest.fixture
def desk() -> Desk:
    return Desk()


# Recording


async def test_events_are_recorded_in_their_order_for_each_user(desk: Desk) -> None:
    await desk.record(task_event(1), task_event(1, "u2"), task_event(2), fired())
    assert await desk.seen_by("u1") == [(3, "fired"), (2, "updated"), (1, "created")]
    assert await desk.seen_by("u2") == [(1, "created")]
    assert await desk.seen_by("u3") == []
    report = await desk.verify()
    assert report.broken == []
    assert {chain: head.count for chain, head in report.heads.items()} == {REGISTER: 2, CHAIN: 3, chain_of("u2"): 1}


async def test_an_event_that_comes_again_adds_nothing(desk: Desk) -> None:
    await desk.record(task_event(1), task_event(2))
    before = dict(desk.store.raw)
    await desk.record(task_event(1), task_event(2), task_event(1))
    assert desk.store.raw == before


async def test_an_event_whose_answer_was_lost_is_recorded_once(desk: Desk) -> None:
    await desk.record(task_event(1))
    desk.store.lose_answers = 1
    with pytest.raises(SidecarUnavailable):
        await desk.record(task_event(2))
    await desk.record(task_event(2))
    assert await desk.seen_by("u1") == [(2, "updated"), (1, "created")]


async def test_two_processes_that_record_at_once_both_do(desk: Desk) -> None:
    """Each finds the chain changed by the other, once a first event and once a later one, and looks again."""
    other = Recorder(Trail(cast("Sidecar", desk.store)), cast("AuditKey", FixedKey()))

    async def interfere(body: Event) -> None:
        desk.store.before_commit = lambda: other.handle(wrapped(body))
        await asyncio.sleep(0)

    await interfere(task_event(1, "u2"))
    await desk.record(task_event(1))
    await interfere(task_event(3))
    await desk.record(task_event(2))
    await interfere(task_event(4))
    await desk.record(task_event(4))
    assert await desk.seen_by("u1") == [(4, "updated"), (3, "updated"), (2, "updated"), (1, "created")]
    assert await desk.found() == []


async def test_what_has_no_business_here_is_refused(desk: Desk) -> None:
    wanted = NotificationWanted(
        user_id="u1", item_id=1, kind="reminder", title="x", due_at=NOW, task_id="t1", occurrence="o"
    )
    with pytest.raises(Reject):
        await desk.record(wanted)
    assert desk.store.raw == {}


async def test_a_forged_mark_keeps_no_event_out(desk: Desk) -> None:
    await desk.record(task_event(1))
    desk.store.raw[mark_key(CHAIN, "task/t1/v2")] = desk.store.raw[mark_key(CHAIN, "task/t1/v1")]
    desk.store.raw[mark_key(CHAIN, "task/t1/v3")] = b'{"number":3}'
    await desk.record(task_event(2), task_event(3))
    assert await desk.found() == []
    assert len(await desk.seen_by("u1")) == 3


# Reading


async def test_pages_lead_to_the_first_entry(desk: Desk) -> None:
    await desk.record(*(task_event(version) for version in range(1, 8)))
    first = await desk.reader.page(ListActivity(user_id="u1", limit=3))
    assert ([one.number for one in first.entries], first.next_before) == ([7, 6, 5], 5)
    second = await desk.reader.page(ListActivity(user_id="u1", limit=3, before=first.next_before))
    assert ([one.number for one in second.entries], second.next_before) == ([4, 3, 2], 2)
    last = await desk.reader.page(ListActivity(user_id="u1", limit=3, before=second.next_before))
    assert ([one.number for one in last.entries], last.next_before) == ([1], None)
    assert (await desk.reader.page(ListActivity(user_id="u1", before=1))).entries == ()


async def test_a_user_is_not_shown_what_was_tampered_with(desk: Desk) -> None:
    await desk.record(task_event(1), task_event(2, title="pay the rent"))
    _alter(desk.store.raw, entry_key(CHAIN, 2), b'"updated"', b'"deleted"')
    page = await desk.reader.page(ListActivity(user_id="u1"))
    assert [(one.number, one.kind, one.title) for one in page.entries] == [
        (2, "damaged", ""),
        (1, "created", "call mum"),
    ]
    desk.store.raw[head_key(CHAIN)] = b"{}"
    assert await desk.seen_by("u1") == [(0, "damaged")]


async def test_whoever_reads_what_was_tampered_with_the_log_says_so(desk: Desk) -> None:
    history = HistoryReader(desk.trail, cast("AuditKey", FixedKey()))
    await desk.record(task_event(1), task_event(2, title="pay the rent"))
    _alter(desk.store.raw, entry_key(CHAIN, 2), b'"updated"', b'"deleted"')
    found = {"event": "the audit trail was tampered with", "log_level": "error", "chain": CHAIN}
    for number in (2, None):
        if number is None:
            desk.store.raw[head_key(CHAIN)] = b"{}"
        with capture_logs() as said:
            await desk.seen_by("u1")
            seen = await history.find(AskHistory(user_id="u1"))
        assert (seen.entries[0].number, seen.entries[0].type) == (number or 0, "damaged")
        assert len(said) == 2, said
        assert all(found.items() <= one.items() and one.get("number") == number for one in said), said


# What people wrote


def holds(desk: Desk, text: bytes) -> bool:
    """Whether somebody with the store and the key that seals can read it, in the clear or with a stored key."""
    for key, raw in desk.store.raw.items():
        content = json.loads(raw).get("content", {}) if key.startswith("entry:user:") else {}
        with contextlib.suppress(Tampered):
            chain = key.removeprefix("entry:").rpartition(":")[0]
            words = Words.unseal(KEY, chain, desk.store.raw.get(words_key(chain)))
            if text in canonical(words.show(content)):
                return True
        if text in raw:
            return True
    return False


def account_closed(user_id: str = "u1") -> AccountClosed:
    return AccountClosed(user_id=user_id, closed_at=NOW)


async def test_at_the_end_of_an_account_its_words_go_and_the_record_verifies_as_before(desk: Desk) -> None:
    await desk.record(task_event(1, title="see the doctor"), task_event(2), task_event(1, "u2", title="buy a ring"))
    titles = [one.title for one in (await desk.reader.page(ListActivity(user_id="u1"))).entries]
    assert titles == ["call mum", "see the doctor"]
    assert holds(desk, b"see the doctor")
    known = (await desk.verify()).heads
    await desk.record(account_closed())
    assert not holds(desk, b"see the doctor")
    assert not holds(desk, b"call mum")
    assert holds(desk, b"buy a ring"), "somebody else's stay"
    # What the actor says of its last reminder comes after the end.
    await desk.record(fired(), account_closed())
    assert not holds(desk, b"call mum")
    assert await desk.found(known) == [], "nothing of an earlier check is missing"
    seen = (await desk.reader.page(ListActivity(user_id="u1"))).entries
    assert [(one.kind, one.title) for one in seen] == [
        ("fired", ""), ("account-closed", ""), ("updated", ""), ("created", ""),
    ]  # fmt: skip
    history = await HistoryReader(desk.trail, cast("AuditKey", FixedKey())).find(AskHistory(user_id="u1"))
    assert [(one.data.get("task_id"), one.data.get("title")) for one in history.entries] == [
        ("t1", ""), (None, None), ("t1", ""), ("t1", ""),
    ]  # fmt: skip
    for key, old, new in (
        (entry_key(CHAIN, 2), b'"updated"', b'"deleted"'),
        (entry_key(CHAIN, 1), b'"words":"', b'"words":"A'),
    ):
        before = desk.store.raw[key]
        _alter(desk.store.raw, key, old, new)
        assert await desk.found() == [(CHAIN, int(key[-1]))], "tampering is found as before"
        desk.store.raw[key] = before


async def test_words_that_somebody_brings_back_are_found(desk: Desk) -> None:
    await desk.record(task_event(1))
    key = desk.store.raw[words_key(CHAIN)]
    await desk.record(account_closed())
    desk.store.raw[words_key(CHAIN)] = key
    assert await desk.found() == [(CHAIN, None)]


async def test_a_record_of_an_earlier_version_goes_on_and_verifies(desk: Desk) -> None:
    """Its entries have the words in the clear, and no key."""
    content = wrapped(task_event(1)).model_dump(mode="json", exclude_none=True)
    first = add(KEY, Head.empty(CHAIN), content, NOW)
    register = add(KEY, Head.empty(REGISTER), {"user_id": "u1"}, NOW)
    desk.store.raw |= {
        entry_key(CHAIN, 1): first.entry,
        head_key(CHAIN): first.head.seal(KEY),
        entry_key(REGISTER, 1): register.entry,
        head_key(REGISTER): register.head.seal(KEY),
        mark_key(CHAIN, "task/t1/v1"): mark(KEY, CHAIN, "task/t1/v1", 1),
    }
    assert await desk.found() == []
    assert (await desk.reader.page(ListActivity(user_id="u1"))).entries[0].title == "call mum"
    await desk.record(task_event(1), task_event(2, title="pay the rent"))
    assert await desk.found() == []
    seen = (await desk.reader.page(ListActivity(user_id="u1"))).entries
    assert [one.title for one in seen] == ["pay the rent", "call mum"]


# Tampering: what was done, and where it must be found


def _swap(raw: dict[str, bytes], one: str, other: str) -> None:
    raw[one], raw[other] = raw[other], raw[one]


def _alter(raw: dict[str, bytes], key: str, old: bytes, new: bytes) -> None:
    assert old in raw[key]
    raw[key] = raw[key].replace(old, new)


def _insert(raw: dict[str, bytes]) -> None:
    """Move all behind the second up by one, and copy the second to where there is room."""
    raw[entry_key(CHAIN, 6)] = raw[entry_key(CHAIN, 5)]
    raw[entry_key(CHAIN, 5)] = raw[entry_key(CHAIN, 4)]
    raw[entry_key(CHAIN, 4)] = raw[entry_key(CHAIN, 3)]
    raw[entry_key(CHAIN, 3)] = raw[entry_key(CHAIN, 2)]


def _reseal_with_another_key(raw: dict[str, bytes]) -> None:
    document = json.loads(raw[entry_key(CHAIN, 5)])
    document.pop(SEAL)
    document["content"]["data"]["title"] = "something else"
    raw[entry_key(CHAIN, 5)], mac = seal(b"x" * 32, "todo.audit.entry.v1", document)
    raw[head_key(CHAIN)] = Head(chain=CHAIN, count=5, last=mac).seal(b"x" * 32)


def _remove_a_whole_chain(raw: dict[str, bytes]) -> None:
    for key in [key for key in raw if CHAIN in key]:
        del raw[key]


TAMPERING: dict[str, tuple[Tamper, str, int | None]] = {
    "what was done": (lambda raw: _alter(raw, entry_key(CHAIN, 2), b'"updated"', b'"deleted"'), CHAIN, 2),
    "a title": (lambda raw: _alter(raw, entry_key(CHAIN, 2), b'"words":"', b'"words":"A'), CHAIN, 2),
    "the key to the words removed": (lambda raw: raw.pop(words_key(CHAIN)), CHAIN, 1),
    "the key to the words altered": (lambda raw: _alter(raw, words_key(CHAIN), b'"key":"', b'"key":"A'), CHAIN, 1),
    "another record's key to the words": (
        lambda raw: raw.update({words_key(CHAIN): raw[words_key(chain_of("u2"))]}),
        CHAIN,
        1,
    ),
    "the words erased by somebody with the key": (
        lambda raw: raw.update({words_key(CHAIN): Words(CHAIN, None).seal(KEY)}),
        CHAIN,
        None,
    ),
    "another key to the words": (lambda raw: raw.update({words_key(CHAIN): Words.new(CHAIN).seal(KEY)}), CHAIN, 1),
    "a space": (lambda raw: _alter(raw, entry_key(CHAIN, 3), b'"number":3', b'"number": 3'), CHAIN, 3),
    "a field that is there twice": (
        lambda raw: _alter(raw, entry_key(CHAIN, 3), b'"number":3', b'"number":9,"number":3'),
        CHAIN,
        3,
    ),
    "the seal": (lambda raw: _alter(raw, entry_key(CHAIN, 4), b'"seal":"', b'"seal":"0'), CHAIN, 4),
    "an entry removed": (lambda raw: raw.pop(entry_key(CHAIN, 2)), CHAIN, 2),
    "the first entry removed": (lambda raw: raw.pop(entry_key(CHAIN, 1)), CHAIN, 1),
    "entries swapped": (lambda raw: _swap(raw, entry_key(CHAIN, 2), entry_key(CHAIN, 4)), CHAIN, 2),
    "an entry inserted": (_insert, CHAIN, 3),
    "another user's entry": (
        lambda raw: raw.update({entry_key(CHAIN, 1): raw[entry_key(chain_of("u2"), 1)]}),
        CHAIN,
        1,
    ),
    "the last entry removed": (lambda raw: raw.pop(entry_key(CHAIN, 5)), CHAIN, 5),
    "another key": (_reseal_with_another_key, CHAIN, None),
    "the head removed": (lambda raw: raw.pop(head_key(CHAIN)), CHAIN, None),
    "the head altered": (lambda raw: _alter(raw, head_key(CHAIN), b'"count":5', b'"count":4'), CHAIN, None),
    "another chain's head": (lambda raw: raw.update({head_key(CHAIN): raw[head_key(chain_of("u2"))]}), CHAIN, None),
    "an entry taken for a head": (lambda raw: raw.update({head_key(CHAIN): raw[entry_key(CHAIN, 5)]}), CHAIN, None),
    "a whole chain removed": (_remove_a_whole_chain, CHAIN, None),
    "a user removed from the register": (lambda raw: raw.pop(entry_key(REGISTER, 1)), REGISTER, 1),
    "the register removed": (lambda raw: raw.pop(head_key(REGISTER)), REGISTER, None),
    "a mark removed": (lambda raw: raw.pop(mark_key(CHAIN, "task/t1/v3")), CHAIN, 3),
    "a mark of another place": (
        lambda raw: raw.update({mark_key(CHAIN, "task/t1/v3"): raw[mark_key(CHAIN, "task/t1/v4")]}),
        CHAIN,
        3,
    ),
}


@pytest.mark.parametrize("case", TAMPERING)
async def test_tampering_is_found_at_its_place(desk: Desk, case: str) -> None:
    await desk.record(*(task_event(version) for version in range(1, 6)), task_event(1, "u2"))
    assert await desk.found() == []
    tamper, chain, number = TAMPERING[case]
    tamper(desk.store.raw)
    assert await desk.found() == [(chain, number)]
    if chain == CHAIN:
        report = await Verifier(desk.trail, KEY).user("u1")
        assert [(one.chain, one.number) for one in report.broken] == [(chain, number)]


async def test_an_end_that_was_cut_off_together_with_an_old_head_is_found(desk: Desk) -> None:
    """The old head is genuine. The entries behind it give it away; without them only an earlier check does."""
    await desk.record(*(task_event(version) for version in range(1, 4)))
    old = desk.store.raw[head_key(CHAIN)]
    await desk.record(task_event(4), task_event(5))
    known = (await desk.verify()).heads
    desk.store.raw[head_key(CHAIN)] = old
    assert await desk.found() == [(CHAIN, 4)]
    for number in (4, 5):
        del desk.store.raw[entry_key(CHAIN, number)]
    assert await desk.found() == [], "what only the heads of an earlier check can tell"
    assert await desk.found(known) == [(CHAIN, None)]


async def test_a_history_that_was_written_anew_is_found_against_an_earlier_check(desk: Desk, tmp_path: Path) -> None:
    """With store and key one can write another history. It does not hold what was seen before."""
    await desk.record(task_event(1), task_event(2), task_event(1, "u2"))
    save_heads(tmp_path / "heads.json", (await desk.verify()).heads)
    forger = Desk()
    await forger.record(task_event(1, title="never"), task_event(2), task_event(3), task_event(1, "u2"))
    assert await forger.found() == []
    known = load_heads(tmp_path / "heads.json")
    assert (CHAIN, 2) in await forger.found(known)
    await desk.record(task_event(3), task_event(1, "u3"))
    assert await desk.found(known) == [], "what has come since is no tampering"


async def branch(desk: Desk, *later: int) -> dict[str, bytes]:
    """Set the end back by one entry and record other events in its place; what was there before."""
    await desk.record(task_event(1), task_event(2))
    old_head = desk.store.raw[head_key(CHAIN)]
    await desk.record(task_event(3))
    before = dict(desk.store.raw)
    desk.store.raw[head_key(CHAIN)] = old_head
    for key in (entry_key(CHAIN, 3), mark_key(CHAIN, "task/t1/v3")):
        del desk.store.raw[key]
    desk.restart()
    await desk.record(*(task_event(version) for version in later))
    desk.store.raw[mark_key(CHAIN, "task/t1/v3")] = before[mark_key(CHAIN, "task/t1/v3")]
    return before


async def test_two_genuine_histories_cannot_be_mixed(desk: Desk) -> None:
    before = await branch(desk, 4, 5)
    desk.store.raw[entry_key(CHAIN, 3)] = before[entry_key(CHAIN, 3)]
    assert await desk.found() == [(CHAIN, 4)]


async def test_a_genuine_last_entry_of_another_history_is_found(desk: Desk) -> None:
    before = await branch(desk, 4)
    desk.store.raw[entry_key(CHAIN, 3)] = before[entry_key(CHAIN, 3)]
    assert await desk.found() == [(CHAIN, None)]


async def test_an_event_that_counted_twice_because_its_mark_was_removed_is_found(desk: Desk) -> None:
    await desk.record(task_event(1), task_event(2), task_event(3))
    del desk.store.raw[mark_key(CHAIN, "task/t1/v2")]
    await desk.record(task_event(2))
    assert [str(one) for one in (await desk.verify()).broken] == [f"{CHAIN}: entry 4 repeats the event of entry 2"]


async def test_users_of_an_earlier_check_are_looked_for_whatever_the_register_says(desk: Desk) -> None:
    await desk.record(task_event(1))
    old_register = desk.store.raw[head_key(REGISTER)]
    await desk.record(task_event(1, "u2"))
    known = (await desk.verify()).heads
    for key in [key for key in desk.store.raw if chain_of("u2") in key or key == entry_key(REGISTER, 2)]:
        del desk.store.raw[key]
    desk.store.raw[head_key(REGISTER)] = old_register
    assert await desk.found() == []
    assert await desk.found(known) == [(REGISTER, None), (chain_of("u2"), None)]


async def test_it_is_said_where_what_was_moved_comes_from(desk: Desk) -> None:
    await desk.record(task_event(1), task_event(2), task_event(1, "u2"))
    before = dict(desk.store.raw)
    for place, taken_from, said in (
        (entry_key(CHAIN, 2), entry_key(CHAIN, 1), "entry 2 was moved here: it is entry 1"),
        (entry_key(CHAIN, 1), entry_key(chain_of("u2"), 1), "entry 1 was moved here: it is one of user:u2"),
        (head_key(CHAIN), head_key(chain_of("u2")), "the head is the one of user:u2"),
    ):
        desk.store.raw[place] = before[taken_from]
        assert [str(one) for one in (await desk.verify()).broken] == [f"{CHAIN}: {said}"]
        desk.store.raw[place] = before[place]


async def test_a_record_that_begins_anew_after_it_was_removed_is_found(desk: Desk) -> None:
    await desk.record(*(task_event(version) for version in range(1, 4)))
    _remove_a_whole_chain(desk.store.raw)
    with pytest.raises(Reject, match="tampered"):
        await desk.record(task_event(4))
    desk.restart()
    await desk.record(task_event(4))
    (broken,) = (await desk.verify()).broken
    assert (broken.chain, broken.number) == (CHAIN, None)
    assert "there was another before" in broken.reason


@pytest.mark.parametrize("overwrites", [False, True])
@pytest.mark.parametrize("restarted", [False, True])
async def test_nothing_is_added_to_what_was_tampered_with(desk: Desk, *, overwrites: bool, restarted: bool) -> None:
    """The event is kept as a dead letter; others' go on. Whatever the store refuses, and the process remembers."""
    desk.store.overwrites = overwrites
    await desk.record(task_event(1), task_event(1, "u2"))
    old = desk.store.raw[head_key(CHAIN)]
    await desk.record(task_event(2))
    desk.store.raw[head_key(CHAIN)] = old
    evidence = dict(desk.store.raw)
    if restarted:
        desk.restart()
    with pytest.raises(Reject, match="tampered"):
        await desk.record(task_event(3))
    desk.store.raw[head_key(CHAIN)] = b"nonsense"
    with pytest.raises(Reject, match="tampered"):
        await desk.record(task_event(3))
    assert {**desk.store.raw, head_key(CHAIN): old} == evidence
    await desk.record(task_event(2, "u2"))


async def test_another_key_verifies_nothing(desk: Desk) -> None:
    await desk.record(task_event(1))
    assert [one.chain for one in (await desk.verify(key=b"x" * 32)).broken] == [REGISTER]


async def test_what_is_recorded_during_a_verification_is_no_tampering(desk: Desk) -> None:
    await desk.record(task_event(1))
    read, versions = desk.store.read_states, iter(range(2, 6))

    async def interrupted(store: str, keys: Any) -> Any:
        found = await read(store, keys)
        if keys == [head_key(CHAIN)] and (version := next(versions, None)) is not None:
            desk.store.read_states = read  # type: ignore[method-assign]
            await desk.record(task_event(version))
            desk.store.read_states = interrupted  # type: ignore[method-assign]
        return found

    desk.store.read_states = interrupted  # type: ignore[method-assign]
    report = await desk.verify()
    assert report.broken == []
    assert report.heads[CHAIN].count >= 2


def test_a_file_of_heads_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    for text in ("", "[]", '{"user:u1": 3}'):
        (tmp_path / "heads.json").write_text(text)
        with pytest.raises(ValueError, match="does not hold the heads"):
            load_heads(tmp_path / "heads.json")


# Sealing


@given(
    st.dictionaries(
        st.text().filter(lambda name: name != SEAL),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists),
        max_size=4,
    ),
    st.data(),
)
def test_no_byte_of_a_sealed_document_can_be_changed(document: dict[str, Any], data: st.DataObject) -> None:
    try:
        raw, mac = seal(KEY, "p", document)
    except UnicodeEncodeError:
        return  # half a surrogate pair: no JSON of a service's holds one
    assert unseal(KEY, "p", raw) == (document, mac)
    place = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[place]))
    with pytest.raises(Tampered):
        unseal(KEY, "p", raw[:place] + bytes([other]) + raw[place + 1 :])
    with pytest.raises(Tampered):
        unseal(KEY, "q", raw)


def test_an_addition_names_the_one_before() -> None:
    first = add(KEY, Head.empty("c"), {"a": 1}, NOW)
    second = add(KEY, first.head, {"a": 2}, NOW + timedelta(seconds=1))
    assert json.loads(second.entry)["previous"] == json.loads(first.entry)[SEAL] == first.head.last
    assert canonical(json.loads(second.entry)) == second.entry
    assert str(Broken("c", None, "is missing")) == "c: the head is missing"
