"""How the numbers are made."""
