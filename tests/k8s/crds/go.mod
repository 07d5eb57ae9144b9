// The Prometheus operator's resource types, which the chart's ServiceMonitor is checked against. Nothing of it is built.
module todo-assistant/tests/k8s/crds

go 1.26

require github.com/prometheus-operator/prometheus-operator v0.86.1
