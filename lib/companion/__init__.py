"""The book's own code, in three rooms whose imports point one way.

- `ledger`: claims, the rules that decide them, recorded results; imports neither of the others.
- `press`: executes chapters, writes tables and pages, renders; imports `ledger`.
- `subjects`: studies, figures and tables, a folder a subject; imports `ledger`, and of `press` how things look.

`paths` lies under all three.

Imports `heavysgd`; nothing in `heavysgd` imports this.
"""
