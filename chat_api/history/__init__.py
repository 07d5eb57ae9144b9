"""What each change replaced, so that the user can take it back."""
