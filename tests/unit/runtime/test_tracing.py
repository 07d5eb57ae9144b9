"""What sidecars and services are told about where spans go."""

from runtime import tracing


def test_daprd_is_told_that_the_receiver_speaks_no_tls() -> None:
    told = tracing.environment({"PATH": "/bin"}, "http://127.0.0.1:4317")
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4317"
    assert told["OTEL_EXPORTER_OTLP_INSECURE"] == "true"
    assert tracing.environment({}, "https://collector:4317")["OTEL_EXPORTER_OTLP_INSECURE"] == "false"


def test_without_a_receiver_nothing_is_sent_anywhere() -> None:
    inherited = {"PATH": "/bin", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://elsewhere:4317"}
    assert tracing.environment(inherited, "") == {"PATH": "/bin"}
