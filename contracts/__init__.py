"""What the services agree on: names, events, job payloads and calls. Imports none of them and does no I/O."""
