"""The experiments of the chapters, one module an experiment."""
