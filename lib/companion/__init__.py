"""The book's own code: claims, figures, studies, and the machinery that executes and renders it.

Imports `heavysgd`; nothing in `heavysgd` imports this.
"""
