"""What the book claims: claims and their controls, the rules that decide them, recorded results."""
