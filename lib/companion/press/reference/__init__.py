"""The pages of the library: `library` says what is public, `signatures` and `docstrings` how it is shown, `page` writes it,
`homes` tells Sphinx where the source is, and `linking` leads to it from the chapters."""
