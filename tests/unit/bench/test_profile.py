"""What is read from a profiler's samples."""

from bench.profile import read


def test_a_function_counts_once_in_a_stack_and_by_itself_only_on_top() -> None:
    found = read(["main;work;parse 3\n", "main;work;work 2\n", "main;wait 5\n"])
    assert found.samples == 10
    assert found.inclusive == {"main": 10, "work": 5, "parse": 3, "wait": 5}
    assert found.own == {"parse": 3, "work": 2, "wait": 5}


def test_a_function_s_name_may_hold_blanks() -> None:
    assert read(["<frozen runpy>:88 in run 4\n"]).own == {"<frozen runpy>:88 in run": 4}
