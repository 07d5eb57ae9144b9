"""Taking tasks along: export, import, and the calendar feed."""
