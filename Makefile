# make book [PROFILE=smoke|quick|paper]   execute the chapters and render the book into _build/html
# make chapter NAME=05_exit_law [PROFILE]  execute one chapter, with or without its number, and render nothing
# make test                               the library, the chapters, the built book
# make audit [SEEDS=5] [PROFILE=quick]    run the chapters with fresh seeds: which verdicts are kept? (hours; goes on)
# make measure [PROFILE=paper] [NAME=...]  run chapters of a long profile one by one; record time, memory, verdicts (hours)
# make bench                              time per step against what one would write instead; exact exits against both
# make gpu                                parity, speed and long exits on a CUDA device, with a Python that has CuPy
# make deep TASK=digits                   the ablation of a deep-learning task as a recorded run (hours)
# make dimension                          exits in up to 64 dimensions as a recorded run (minutes)
# make explorer                           the exact numbers of the explorer page as a recorded run (minutes)
# make mutants                            150 faults planted in the science code: do the tests see them? (hours)
# make lab                                open the chapters in JupyterLab
PYTHON ?= python3
PROFILE ?= quick
BIN := .venv/bin
READY := .venv/.installed
# PyTorch has a lock of its own: which of its builds is taken, with CUDA or without, is the machine's choice. It is
# downloaded, checked by hash, and installed before the rest, with what this build of it needs besides. The rest is installed
# as the lock has it, without a look for what it may need: that the lock is whole is checked afterwards.
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
WHEEL := .venv/torch
TORCH := torch==2.13.0
# PyPI's build for Linux brings gigabytes of CUDA packages. Where no driver of NVIDIA's is found, PyTorch's own address is
# asked too, whose build for CPUs counts as the newer one; an address that does not answer is passed over.
CPU_BUILDS ?= https://download.pytorch.org/whl/cpu
DRIVER = $(wildcard /proc/driver/nvidia)$(shell command -v nvidia-smi)
WITHOUT_CUDA = $(if $(filter Linux,$(shell uname -s)),$(if $(DRIVER),,--retries 1 --extra-index-url $(CPU_BUILDS)))
CUDA_PACKAGES := $(addprefix --no-emit-package=,torch triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas \
	nvidia-cuda-cccl nvidia-cuda-cupti nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile \
	nvidia-curand nvidia-cusolver nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink \
	nvidia-nvshmem-cu13 nvidia-nvtx)

TASK ?= digits
SEEDS ?= 5

.PHONY: book chapter test audit measure bench gpu deep dimension explorer mutants lab lock clean

book: $(READY)
	$(BIN)/python -m companion build --profile $(PROFILE)

chapter: $(READY)
	$(BIN)/python -m companion chapter "$(NAME)" --profile $(PROFILE)

test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist loadfile # on two cores, for a browser and compilers are often waited for

audit: $(READY)
	$(BIN)/python -m companion audit --profile $(PROFILE) --seeds $(SEEDS)

measure: PROFILE = paper
measure: $(READY)
	$(BIN)/python -m companion measure --profile $(PROFILE) $(NAME)

bench: $(READY)
	$(BIN)/python benchmarks/steps.py
	$(BIN)/python benchmarks/exact.py

deep: $(READY)
	$(BIN)/python benchmarks/deep.py $(TASK)

dimension: $(READY)
	$(BIN)/python benchmarks/dimension.py

explorer: $(READY)
	$(BIN)/python benchmarks/explorer.py

mutants: $(READY)
	$(PIP) install --no-build-isolation --editable '.[mutants]'
	$(BIN)/python benchmarks/mutants.py

gpu:
	PYTHONPATH=lib $(PYTHON) benchmarks/gpu.py

lab: $(READY)
	$(BIN)/jupyter lab chapters

$(READY): requirements.lock requirements-torch.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(PIP) download --no-deps --dest $(WHEEL) $(WITHOUT_CUDA) $(TORCH)
	$(PIP) install --no-deps --no-index --find-links $(WHEEL) --require-hashes -r requirements-torch.lock
	rm -r $(WHEEL)
	$(PIP) install $(TORCH)
	$(PIP) install --no-deps --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(PIP) check
	touch $@

# Pins anew what pyproject.toml asks for; needs uv. The hashes of requirements-torch.lock are kept by hand.
lock:
	echo $(TORCH) | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra book --extra test --extra deep $(CUDA_PACKAGES) -c - pyproject.toml -o requirements.lock

clean:
	rm -rf _build .venv
