"""The explorer: a page on which one sets a threshold, a tail index and a learning rate, and sees what follows."""
