"""Commands that write headlines."""
