# clsassist : « make help » dit ce qui est possible. Il suffit de Python 3.11, de pip et de make.

VENV := .venv
BIN := $(VENV)/bin
# Python 3.11 est la version essayée. Pour en imposer une autre : make run PYTHON=python3.12
PYTHON ?= $(shell for name in python3.11 python3; do $$name -c '' 2>/dev/null && echo $$name && break; done)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# Les outils de la chaîne d'approvisionnement ont leur propre environnement : rien d'eux n'est installé avec clsassist.
SUPPLY := .venv-supply
# Là où l'ensemble a été essayé, chaque fichier reçu est comparé à son empreinte ; ailleurs, les versions seules comptent.
LOCKED_INSTALL = ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.platform != "linux")' || \
  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
COUNT ?= 2000
KILLS ?= 200
CLIENTS ?= 50
# Les réponses qu'un modèle rédige pour « make test-llm ».
ANSWERS ?= 40
SECONDS ?= 600
# Les documents servis pendant la charge.
LOAD_CORPUS ?= corpus
QUESTION ?= Quelles actions ciblent la maîtrise de stage ?

# Rien n'est téléchargé ni envoyé pendant que l'assistant travaille.
export HF_HUB_OFFLINE ?= 1
export TRANSFORMERS_OFFLINE ?= 1
export GRADIO_ANALYTICS_ENABLED ?= False
export ANONYMIZED_TELEMETRY ?= False

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help lock sbom audit install run test lint format eval test-llm fuzz kills bench bench-growth bench-reading bench-page \
  bench-load screenshots clean debian

help: ## Affiche cette aide
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(VENV)/.installed ## Installe clsassist dans .venv

run: install ## Installe, indexe corpus/, répond à une question, puis ouvre la page sur http://127.0.0.1:7860
	@$(BIN)/clsassist index --if-stale corpus
	@echo
	@$(BIN)/clsassist ask "$(QUESTION)"
	@$(BIN)/clsassist serve

test: $(VENV)/.installed-dev debian ## Lance tous les tests, navigateur compris
	@if command -v chromium >/dev/null 2>&1; then marks=""; \
	elif [ -n "$$CI" ]; then echo "Chromium est absent : le test du navigateur ne peut pas être fait." >&2; exit 1; \
	else echo "Chromium est absent : le test du navigateur est sauté (apt-get install chromium)." >&2; \
	     marks="not browser"; fi; \
	$(BIN)/python -m pytest -m "$$marks"

lint: $(VENV)/.installed-dev ## Vérifie le style, les types et les docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pydoclint --quiet src

format: $(VENV)/.installed-dev ## Met le code en forme
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: install ## Mesure les réponses sur eval/questions.yaml ; échoue sous les scores de eval/expected.yaml
	@$(BIN)/clsassist index --if-stale corpus
	@$(BIN)/clsassist eval

test-llm: $(VENV)/.installed-dev ## Fait rédiger un modèle (CLSASSIST_LLM_URL, sinon un petit, local) et écrit docs/benchmarks/generation.md
	@$(BIN)/python tools/score_writing.py --most $(ANSWERS)

fuzz: $(VENV)/.installed-dev ## Abîme 2 000 fichiers par format et les lit ; échoue si un lecteur tombe (COUNT=100 : moins)
	@$(BIN)/python tools/fuzz_readers.py --count $(COUNT)

kills: $(VENV)/.installed-dev ## Tue l'indexation à 200 moments et vérifie chaque fois l'index ; échoue au premier mélange (KILLS=20 : moins)
	@$(BIN)/python tools/kill_campaign.py --kills $(KILLS)

bench: $(VENV)/.installed-dev ## Mesure questions, indexation et croissance jusqu'à 1 000 fiches, et écrit docs/benchmarks
	@$(BIN)/python tools/bench

bench-growth: $(VENV)/.installed-dev ## Mesure la croissance jusqu'à 10 000 fiches (une demi-heure) et écrit docs/benchmarks/growth.md
	@$(BIN)/python tools/bench --only growth --sizes 100 1000 10000

bench-reading: $(VENV)/.installed-dev ## Mesure la vitesse et la mémoire de la lecture, avec une référence
	@$(BIN)/python tools/bench_reading.py

bench-page: $(VENV)/.installed-dev debian ## Mesure la vitesse de la page et écrit docs/benchmarks/page.md
	@$(BIN)/clsassist index --if-stale corpus
	@$(BIN)/python tools/bench_page.py --output docs/benchmarks/page.md

bench-load: $(VENV)/.installed-dev ## Charge un serveur (50 clients, 10 minutes) et écrit docs/benchmarks/load.md (SECONDS=60 : moins)
	@$(BIN)/python tools/load_campaign.py --corpus $(LOAD_CORPUS) --clients $(CLIENTS) --seconds $(SECONDS) \
	  --output docs/benchmarks/load.md

screenshots: $(VENV)/.installed-dev debian ## Photographie chaque rubrique de la page dans docs/screenshots
	@$(BIN)/clsassist index --if-stale corpus
	@$(BIN)/python tools/screenshots.py index docs/screenshots

lock: $(SUPPLY)/.installed ## Récrit requirements.lock : les versions de constraints.txt, avec leurs empreintes (réseau)
	@CUSTOM_COMPILE_COMMAND="make lock" $(SUPPLY)/bin/pip-compile --quiet --extra eval --extra llm --extra mcp --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --strip-extras --unsafe-package torch --unsafe-package setuptools \
	  -c constraints.txt -o requirements.lock pyproject.toml

sbom: $(VENV)/.installed-dev $(SUPPLY)/.installed ## Récrit docs/sbom/clsassist.cdx.json : ce sur quoi clsassist repose (CycloneDX)
	@$(SUPPLY)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --of JSON $(BIN)/python \
	  | $(BIN)/python tools/sbom.py

audit: $(SUPPLY)/.installed ## Cherche les avis de sécurité connus (réseau) ; échoue sur ceux que SECURITY.md n'accepte pas
	@$(SUPPLY)/bin/python tools/audit.py $(SUPPLY)/bin/pip-audit

clean: ## Efface l'index construit et les caches (pas .venv)
	find index -mindepth 1 ! -name README.md -delete
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find src tests -name __pycache__ -type d -exec rm -rf {} +

# Chromium pour le test de la page, et la police des PDF de démonstration.
debian:
	@{ command -v chromium && test -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf; } >/dev/null 2>&1 || \
	! command -v apt-get >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ]; then as_root="env"; else as_root="sudo -n env"; fi; \
	  echo "Installation de Chromium et d'une police pour les tests…" >&2; \
	  $$as_root apt-get update -qq && \
	  $$as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    chromium fonts-dejavu-core; } >/dev/null </dev/null || true

$(VENV)/.installed: pyproject.toml constraints.txt requirements.lock | $(BIN)/python
	@echo "Installation de clsassist dans $(VENV) (quelques minutes la première fois)…"
	@$(LOCKED_INSTALL)
	@$(PIP_INSTALL) -e '.[eval]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installation de clsassist et des outils de développement dans $(VENV)…"
	@$(PIP_INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.installed

$(SUPPLY)/.installed: | $(BIN)/python
	@$(BIN)/python -m venv $(SUPPLY)
	@$(SUPPLY)/bin/python -m pip install --quiet --disable-pip-version-check \
	  pip-tools==7.6.2 cyclonedx-bom==7.5.0 pip-audit==2.10.1
	@touch $@

# Debian range ensurepip dans le paquet python3-venv : sans lui, le pip du système remplit l'environnement.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Il faut Python 3.11 ou plus récent (apt-get install python3), ou make PYTHON=/chemin/de/python3.11." >&2; \
	  exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	else $(PYTHON) -m venv --without-pip $(VENV) && \
	     $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; fi || { \
	  echo "L'environnement $(VENV) n'a pas pu être créé. Sous Debian : apt-get install python3-venv python3-pip" >&2; \
	  exit 1; }
