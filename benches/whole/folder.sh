#!/bin/sh
# Lays out a fresh working folder for measurements: folder.sh BUDGETD FOLDER ACCOUNT.toml...
set -eu
budgetd=$1 folder=$2
shift 2
rm -rf "$folder"
mkdir -p "$folder"
(cd "$folder" && "$budgetd" init >/dev/null)
rm -f "$folder"/config/accounts/*.toml
cp "$@" "$folder/config/accounts/"
