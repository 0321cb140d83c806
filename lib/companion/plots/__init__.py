"""The figures of the book, one module a subject; each function draws one figure and returns it."""
