"""The comment that a pull request gets: a pure function from recorded previews to Markdown."""
