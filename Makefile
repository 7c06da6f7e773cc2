# Every verb of the project. `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PIP := $(VENV)/bin/pip --disable-pip-version-check -q
GENSCAN := $(VENV)/bin/genscan
CONSTRAINTS := constraints.txt
export PIP_CONSTRAINT := $(CONSTRAINTS)
export BENTOML_DO_NOT_TRACK := True
.DEFAULT_GOAL := help
.PHONY: help serve install test test-slow test-spark check fix train-encoder train train-layers evaluate bench evaluate-search bench-search bench-serve audit report sample bento lock clean

help: ## Liste les verbes
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 ou plus récent est nécessaire (make PYTHON=/chemin/python3.11 …)"; exit 1; }
	@# Bare Debian keeps venv in a package of its own.
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  echo "Le module venv de Python manque : apt-get install python3-venv" && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; } || \
	  { echo "Le module venv de Python manque ; sur Debian : apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/python
	@echo "Installation du service dans $(VENV) (une minute environ)…"
	$(PIP) install -e .
	@touch $@

# torch first and alone: with it in place, nothing else pulls another build of it.
$(VENV)/.all: pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/python
	@echo "Installation complète dans $(VENV) (quelques minutes)…"
	$(PIP) install torch==2.13.0
	$(PIP) install -e '.[train,dev]'
	@touch $@ $(VENV)/.serve

serve: $(VENV)/.serve ## Installe le service (sans torch) et le lance avec le modèle et le catalogue d'exemple
	$(GENSCAN) serve

install: $(VENV)/.all ## Installe tout dans .venv ; la commande est .venv/bin/genscan

test: $(VENV)/.all check ## Vérifie tout : ruff, mypy, contrat d'imports, tests, exemples du README
	@# The page's tests need a browser; without one they are skipped.
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  echo "Installation de Chromium pour les tests de la page…" && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; } || \
	  echo "Sans Chromium les tests de la page sont sautés ; sur Debian : apt-get install chromium"
	$(VENV)/bin/python -m pytest -m 'not slow'

test-slow: $(VENV)/.all ## Les tests qui demandent les données réelles ou des minutes de calcul
	$(VENV)/bin/python -m pytest -m slow

test-spark: $(VENV)/.all ## Installe l'extra spark (Java 17 est nécessaire) et vérifie que Spark répond comme la commande
	$(PIP) install -e '.[spark]'
	@command -v java >/dev/null || [ -n "$$JAVA_HOME" ] || { [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq default-jre-headless >/dev/null; } || \
	  { echo "Java manque ; sur Debian : apt-get install default-jre-headless"; exit 1; }
	$(VENV)/bin/python -m pytest tests/serving/test_spark.py tests/training/test_spark_udf.py

check: $(VENV)/.all ## ruff, mypy, contrat d'imports
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

fix: $(VENV)/.all ## Met le code en forme
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

train-encoder: $(VENV)/.all ## Entraîne l'encodeur (sources dans GENSCAN_DATA ou ../shared) ; interrompu, il reprend
	$(GENSCAN) train-encoder

train: $(VENV)/.all ## Entraîne le classifieur, le suit dans MLflow, l'enregistre et écrit models/default
	$(GENSCAN) train --output models/default

train-layers: $(VENV)/.all ## Réapprend la couche sur les mots et la calibration du modèle par défaut (minutes), l'encodeur inchangé
	$(GENSCAN) train-layers --tous-editeurs

evaluate: $(VENV)/.all ## Mesure le modèle par défaut à côté de classifieurs simples, puis sur MELO (GENSCAN_DATA ou ../shared)
	$(GENSCAN) evaluate
	$(GENSCAN) melo

report: $(VENV)/.all ## Écrit var/rapport.html et docs/essais.md : tous les essais suivis dans MLflow
	$(GENSCAN) report -o var/rapport.html --table docs/essais.md

bench: $(VENV)/.all ## Mesure le débit de classify à côté d'un classifieur ordinaire, la mémoire, la fidélité du modèle quantifié
	$(GENSCAN) bench

evaluate-search: $(VENV)/.all ## Mesure la recherche sur les requêtes jugées, à côté de moteurs simples (GENSCAN_DATA ou ../shared)
	$(GENSCAN) search-eval

bench-search: $(VENV)/.all ## Mesure la recherche à 15 000, 200 000 et 1 million de fiches : délais, mémoire, rappel
	$(GENSCAN) search-bench

audit: $(VENV)/.all ## Cherche les failles connues des dépendances du service (pip-audit, base d'avis de PyPI)
	$(VENV)/bin/uv tool run -q pip-audit -r serving/requirements.txt --no-deps --disable-pip

bench-serve: $(VENV)/.all ## Mesure le service en charge : débits, délais, dix fois trop de requêtes, mémoire, kill -9
	$(GENSCAN) serve-bench

bento: $(VENV)/.serve ## Construit le bento (bentoml build)
	$(VENV)/bin/bentoml build

lock: $(VENV)/.all ## Réécrit constraints.txt et serving/requirements.txt depuis l'environnement installé
	@{ echo '# Versions that install and pass together on Python 3.11; re-made by `make lock`.'; \
	  $(VENV)/bin/pip --disable-pip-version-check freeze --exclude-editable | grep -viE '^(-e |(torch|pip|setuptools|wheel|genscan)(==| @))' | sort -f; \
	  echo 'torch==2.13.0'; } > $(CONSTRAINTS).new && mv $(CONSTRAINTS).new $(CONSTRAINTS)
	@{ head -2 serving/requirements.txt; $(VENV)/bin/uv pip compile -q pyproject.toml -c $(CONSTRAINTS) \
	  --python-version 3.11 --no-annotate --no-header; } > $(CONSTRAINTS).new && mv $(CONSTRAINTS).new serving/requirements.txt

clean: ## Efface l'environnement et ce que le service a écrit
	rm -rf $(VENV) var dist
