#!/usr/bin/env bash
# Inside Colab's own image: install the package as the first cell of a notebook does, prove that this changes nothing
# that was there, and run exercises and labs. The weekly workflow mounts the repository at the folder of $1.
set -euo pipefail
book=$1
pip freeze 2>/dev/null | sort > /tmp/before.txt
pip install --quiet "${book}[labs]"
pip freeze 2>/dev/null | sort > /tmp/after.txt
if diff /tmp/before.txt /tmp/after.txt | grep '^[<>]' | grep -v cnnbook; then
  echo "Installing cnnbook changed the packages above: lower a bound in pyproject.toml"
  exit 1
fi
pip install --quiet hypothesis pytest
cd /tmp
python -m pytest -q -p no:cacheprovider --override-ini=addopts=--import-mode=importlib --override-ini=filterwarnings= --rootdir="$book" "$book/tests/colab/notebooks.py"
