"""What every service needs and none owns: settings, logs, trace context and the way to its Dapr sidecar."""
