"""The exact kernel beside the paper's limits: how they are approached, without sampling."""
