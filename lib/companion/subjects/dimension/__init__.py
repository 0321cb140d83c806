"""What dimension does to exits."""
