"""When actors that are not found are registered anew, and when daprd is restarted."""

import itertools

from scheduler.lookout import Patience, Step


def steps(patience: Patience, *instants: float) -> list[Step]:
    return [patience.missed(instant, instant) for instant in instants]


def test_a_hiccup_is_waited_out() -> None:
    patience = Patience(10)
    assert steps(patience, 0, 3, 9.9) == [Step.WAIT] * 3
    assert not patience.lost


def test_the_actors_are_registered_anew_and_then_daprd_is_restarted() -> None:
    patience = Patience(10)
    assert steps(patience, 0, 5, 10, 15, 20) == [Step.WAIT, Step.WAIT, Step.HOST_AGAIN, Step.WAIT, Step.RESTART]
    assert patience.lost


def test_a_slow_answer_counts_from_when_it_was_asked_for() -> None:
    assert Patience(10).missed(0, 10) is Step.HOST_AGAIN


def test_what_was_found_in_between_starts_anew() -> None:
    patience = Patience(10)
    steps(patience, 0, 10)
    patience.found()
    assert not patience.lost
    assert steps(patience, 19, 25) == [Step.WAIT, Step.WAIT]


def test_an_excuse_starts_anew_and_nothing_is_found_yet() -> None:
    patience = Patience(10)
    steps(patience, 0, 10)
    patience.excused()
    assert steps(patience, 19, 25) == [Step.WAIT, Step.WAIT]
    assert patience.lost


def test_restarts_that_do_not_help_become_rarer() -> None:
    patience = Patience(10)
    restarts = [now for now in range(400) if patience.missed(now, now) is Step.RESTART]
    gaps = [later - former for former, later in zip([0, *restarts], restarts, strict=False)]
    assert gaps[0] == 20
    assert all(later > former for former, later in itertools.pairwise(gaps))
