"""The words of the glossary: linked in the chapters by `terms`, shown by `terms.js`, found first by the search."""
