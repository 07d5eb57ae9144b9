"""Leaving out a model that keeps failing, and what is said in the log about a failure."""

from chat_api.assistant.model import Circuit, DaprLanguageModel, ModelFailed
from contracts.names import LANGUAGE_MODEL
from servicekit.conversation import Message, ModelAnswer, Tool
from servicekit.errors import SidecarError, SidecarRefused, SidecarUnavailable


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class FakeSidecar:
    """A daprd with a component, whose answers are written down beforehand."""

    up = True
    generation = 1

    def __init__(self, loaded: dict[str, str], *answers: ModelAnswer | SidecarError) -> None:
        self.loaded = loaded
        self.answers = list(answers)
        self.reads = 0

    async def components(self, *, deadline: float) -> dict[str, str]:
        self.reads += 1
        return self.loaded

    async def converse(self, component: str, messages: object, tools: object, *, deadline: float) -> ModelAnswer:
        answer = self.answers.pop(0)
        if isinstance(answer, SidecarError):
            raise answer
        return answer


def model(sidecar: FakeSidecar, clock: Clock | None = None) -> DaprLanguageModel:
    circuit = Circuit(clock=clock or Clock())
    return DaprLanguageModel(sidecar, budget=2, circuit=circuit)  # type: ignore[arg-type]


async def outcome(asked: DaprLanguageModel) -> str:
    messages: list[Message] = []
    tools: list[Tool] = []
    try:
        return (await asked.ask(messages, tools)).text
    except ModelFailed as failed:
        return str(failed)


async def test_only_a_component_of_that_name_and_kind_counts_and_it_is_looked_up_once() -> None:
    for loaded, there in (
        ({LANGUAGE_MODEL: "conversation.openai"}, True),
        ({LANGUAGE_MODEL: "conversation.echo"}, True),
        ({LANGUAGE_MODEL: "state.sqlite"}, False),
        ({"another": "conversation.openai"}, False),
        ({}, False),
    ):
        sidecar = FakeSidecar(loaded)
        asked = model(sidecar)
        assert [await asked.available(), await asked.available()] == [there, there]
        assert sidecar.reads == 1
        sidecar.generation += 1
        await asked.available()
        assert sidecar.reads == 2, "daprd was away: it may have loaded something else"
        sidecar.up = False
        assert not await asked.available()


async def test_after_three_failures_in_a_row_it_is_left_out_for_a_while() -> None:
    clock, away = Clock(), SidecarUnavailable("converse: UNKNOWN connection refused")
    good = ModelAnswer("fine")
    sidecar = FakeSidecar({LANGUAGE_MODEL: "conversation.openai"}, away, away, good, away, away, away, away, good)
    asked = model(sidecar, clock)
    outcomes = [await outcome(asked) for _ in range(6)]
    assert outcomes[2] == "fine"
    assert [await asked.available(), "left out" in outcomes[4], "left out" in outcomes[5]] == [False, False, True]
    clock.now += 29
    assert not await asked.available()
    clock.now += 2
    assert await asked.available()
    await outcome(asked)
    assert not await asked.available(), "the first try after the pause failed: another pause"
    clock.now += 31
    assert await asked.available()
    assert await outcome(asked) == "fine"
    assert await asked.available()


def test_after_the_pause_one_try_goes_first() -> None:
    clock = Clock()
    circuit = Circuit(failures=1, pause=30, clock=clock)
    circuit.failed()
    clock.now += 31
    assert not circuit.open
    circuit.trying()
    assert circuit.open
    circuit.succeeded()
    assert not circuit.open


async def test_a_reason_quotes_nothing_that_was_sent() -> None:
    quoting = SidecarUnavailable("converse: UNKNOWN API returned unexpected status code: 400: bad message 'my secret'")
    refused = SidecarRefused("converse: INVALID_ARGUMENT 'my secret'")
    asked = model(FakeSidecar({}, quoting, refused))
    assert [await outcome(asked), await outcome(asked)] == [
        "its endpoint answered 400",
        "the sidecar refused the request",
    ]
