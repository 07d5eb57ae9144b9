"""What a round of the lag's measurement takes, and what it tells."""

from dataclasses import replace

from bench.lag import Run, figures, to_add

RUN = Run(
    fire_ahead=0.0,
    count=10,
    added=10,
    turn=[0.1],
    done=[0.2],
    heard=[0.3],
    adding={"chat-api": 0.2},
    firing={"chat-api": 0.1},
    added_s=2.0,
    adding_s=5.0,
    firing_s=5.0,
    memory=900.0,
    disk={"tasks.db": 1.0},
)
STAGES = {"turn_begins_s", "job_done_s", "cpu_s_per_1000", "firing_cpu_ms"}


def test_at_the_due_time_each_stage_and_its_processor_time_is_told() -> None:
    found = figures(RUN)
    assert found.keys() >= STAGES
    assert (found["fire_ahead"], found["adding_cpu_ms"], found["firing_cpu_ms"]) == (
        0,
        {"chat-api": 20.0},
        {"chat-api": 10.0},
    )


def test_with_time_ahead_only_what_it_can_tell_is_told() -> None:
    found = figures(replace(RUN, fire_ahead=60.0, added=20, turn=[], done=[], firing={}))
    assert not STAGES & found.keys()
    assert (found["fire_ahead"], found["heard_p99_s"], found["memory_mb"]) == (60, 0.3, 900)
    assert found["adding_cpu_ms"] == {"chat-api": 10.0}


def test_adding_has_no_processor_time_of_its_own_when_some_fired_meanwhile() -> None:
    assert "adding_cpu_ms" not in figures(replace(RUN, fire_ahead=60.0, adding={}, firing={}))


def test_with_time_ahead_a_steady_rate_goes_on_for_that_much_longer() -> None:
    assert to_add(1000, 0.01, fire_ahead=0.0) == 1000
    assert to_add(1000, 0.01, fire_ahead=60.0) == 7000


def test_a_burst_is_no_longer_for_it() -> None:
    assert to_add(2000, 0.0, fire_ahead=60.0) == 2000
