# Every command sets up what it needs in .venv; nothing is installed by hand.
PYTHON ?= python3
BIN := .venv/bin
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export HAIHE_REFERENCE_DATA ?= $(abspath ../shared/data)

.PHONY: demo test quick endure coverage mutation lint bench example serve docs pictures sbom clean

demo: .venv/core
	$(BIN)/haihe demo -o out/jing-jin-ji

test: .venv/dev
	sh scripts/system_packages.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not endure"

quick: .venv/dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m quick -q

endure: .venv/dev
	sh scripts/system_packages.sh
	HAIHE_HYPOTHESIS=endure $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --timeout 4000

coverage: .venv/dev
	sh scripts/system_packages.sh
	rm -rf out/coverage && mkdir -p out/coverage
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not endure" --cov --cov-report=
	-$(BIN)/coverage combine --append --quiet out/coverage # of processes that ended after the tests
	$(BIN)/coverage json --quiet
	$(BIN)/python scripts/coverage_page.py

mutation: .venv/mutation
	$(BIN)/python scripts/mutation.py

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/bench
	$(BIN)/python bench/run.py

example: .venv/core
	$(BIN)/python scripts/example/build.py --reference "$(HAIHE_REFERENCE_DATA)"

serve: .venv/web
	$(BIN)/haihe serve out/office --demo

docs: .venv/docs .venv/web
	$(BIN)/python scripts/reference_pages.py
	$(BIN)/python scripts/cli_page.py
	$(BIN)/python scripts/message_page.py
	$(BIN)/python scripts/rule_page.py
	$(BIN)/python scripts/maths_page.py
	$(BIN)/python scripts/indicator_pages.py
	$(BIN)/python scripts/exchange_page.py
	$(BIN)/python scripts/api_page.py
	$(BIN)/python scripts/glossary_page.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

pictures: .venv/dev
	$(BIN)/python scripts/pictures.py
	$(BIN)/python scripts/gallery.py

sbom: .venv/web .venv/sbom
	mkdir -p out
	.venv/sbom/bin/cyclonedx-py environment $(BIN)/python --of JSON -o out/sbom.json
	$(BIN)/python scripts/sbom.py out/sbom.json

clean:
	rm -rf .venv out site build dist

.venv/bin/python:
	sh scripts/make_venv.sh "$(PYTHON)"

.venv/core: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/web: .venv/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[web]'
	@touch $@

.venv/dev: .venv/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

.venv/bench: .venv/dev bench/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@touch $@

.venv/docs: .venv/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@touch $@

.venv/mutation: .venv/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutation]'
	@touch $@

.venv/sbom: .venv/core
	$(BIN)/python -m venv .venv/sbom
	.venv/sbom/bin/python -m pip install --quiet --disable-pip-version-check cyclonedx-bom
