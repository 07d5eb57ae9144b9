"""From a message to a reply: what was understood becomes commands on the user's own tasks."""
