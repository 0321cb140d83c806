"""Exit rates at learning rates that direct simulation cannot reach."""
