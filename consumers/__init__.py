"""Services that read the topics and answer nobody directly; each is a process and a Dapr app of its own."""
