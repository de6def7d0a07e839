#!/bin/sh
# A working folder with many accounts, each with a file waiting in its drop folder:
# many_accounts.sh BUDGETD FOLDER COUNT CHANNELS DAYS
set -eu
budgetd=$1 folder=$2 count=$3
here=$(dirname "$0")
made=$(mktemp -d)
"$here/long_csv.py" "$made" one "$4" "$5"
for index in $(seq 1 "$count"); do
    sed "s/^id = .*/id = \"account-$index\"/" "$made/one.toml" >"$made/account-$index.toml"
done
rm "$made/one.toml"
"$here/folder.sh" "$budgetd" "$folder" "$made"/*.toml
for index in $(seq 1 "$count"); do
    mkdir -p "$folder/inbox/account-$index"
    cp "$made/one.csv" "$folder/inbox/account-$index/daily.csv"
done
rm -r "$made"
