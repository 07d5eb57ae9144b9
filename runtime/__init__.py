"""Runs the system on one machine: finds or builds the Dapr binaries, starts everything and keeps it up."""
