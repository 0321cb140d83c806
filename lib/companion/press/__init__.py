"""How the book is made: chapters executed, tables and pages written, everything rendered."""
