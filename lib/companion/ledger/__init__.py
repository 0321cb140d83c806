"""What the book claims: claims, controls, the rules that decide them, their records and where those come from."""
