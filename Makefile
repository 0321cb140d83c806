# make book [PROFILE=smoke|quick|paper]   execute the chapters and render the book into _build/html
# make test                               the library, the chapters, the built book
# make bench                              time per step against what one would write instead
# make gpu                                parity, speed and long exits on a CUDA device, with a Python that has CuPy
# make lab                                open the chapters in JupyterLab
PYTHON ?= python3
PROFILE ?= quick
BIN := .venv/bin
READY := .venv/.installed

.PHONY: book test bench gpu lab clean

book: $(READY)
	$(BIN)/python -m companion build --profile $(PROFILE)

test: $(READY)
	$(BIN)/python -m pytest

bench: $(READY)
	$(BIN)/python benchmarks/steps.py

gpu:
	PYTHONPATH=lib $(PYTHON) benchmarks/gpu.py

lab: $(READY)
	$(BIN)/jupyter lab chapters

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf _build .venv
