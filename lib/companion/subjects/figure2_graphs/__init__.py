"""The paper's Figure 2: one landscape, two typical transition graphs, and what the theorems say on each."""
