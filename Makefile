# Each target checks the machine first and installs what it needs into .venv by itself.
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench clean

PYTHON_VENV := .venv/bin/python

help: ## Show this list
	@printf 'Veilflow: privacy pipelines for Airflow and Spark\n\n'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'
	@printf '\nNeeded: Python 3.11, Java 17 or newer, 6 GB of disk. The rest is installed into .venv.\n'

demo: ## Start Airflow, release the sample hospital, show the result (ONCE=1: then exit; VEILFLOW_DEMO_PORT=8081)
	@.ci/setup demo demo
	@exec $(PYTHON_VENV) -m veilflow_airflow.demo $(if $(filter-out 0 no false,$(ONCE)),--once)

test: ## Check the code and run all tests (PART="lint unit": some; SERVERS=0: none that start S3 and KMS servers)
	@.ci/setup test demo,dev
	@exec $(PYTHON_VENV) .ci/check.py $(if $(filter 0 no false,$(SERVERS)),,--servers) $(PART)

lint: ## Check the code only: ruff, mypy, import-linter
	@.ci/setup lint demo,dev
	@exec $(PYTHON_VENV) .ci/check.py lint types imports

bench: ## Measure rows per second of each stage against a plain Parquet copy
	@.ci/setup bench demo
	@exec $(PYTHON_VENV) -m benchmarks

clean: ## Remove caches and build leftovers (not .venv, and not .veilflow, which holds keys and releases)
	@rm -rf build dist *.egg-info spark_jobs/*.egg-info .mypy_cache .ruff_cache .pytest_cache \
	    .import_linter_cache .hypothesis .coverage .coverage.* spark-warehouse metastore_db derby.log
	@find spark_jobs plugins expectations dags tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
	@printf 'Removed caches and build leftovers. .venv (packages) and .veilflow (keys, releases) are still there.\n'
