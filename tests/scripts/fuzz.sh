#!/usr/bin/env bash
# Feeds every reader with made-up bytes for SECONDS each; ends with an error at the first finding, whose input is kept
# and named. Needs cargo-fuzz and a C++ compiler, and works on stable Rust: no sanitizer, Rust's own checks are on.
#
#   tests/scripts/fuzz.sh SECONDS [TARGET…]
#
# With PLIMSOLL_CORPUS set, the real files there are the seeds, and archives of them; they are only read. For the
# formats that it has no files of, the seeds are a few lines each. What is found to be interesting is kept in
# FUZZ_FOLDER between runs.
set -euo pipefail
seconds="${1:?usage: tests/scripts/fuzz.sh SECONDS [TARGET…]}"
shift
cd "$(dirname "$0")/../../ingest"

folder="${FUZZ_FOLDER:-$HOME/.cache/plimsoll/fuzz}"
export CARGO_TARGET_DIR="$folder/target"
if [ $# -gt 0 ]; then targets=("$@"); else mapfile -t targets < <(cargo fuzz list); fi

seeded="$folder/seeds"
python3 ../tests/scripts/fuzz_seeds.py "$seeded"

# A file of 64 kB shows what a large one would; memory is capped far below what a multiple of it needs.
limits=(-max_len=65536 -rss_limit_mb=768 -timeout=10)
for target in "${targets[@]}"; do
  mkdir -p "$folder/corpus/$target"
  seeds=("$folder/corpus/$target")
  if [ -d "${PLIMSOLL_CORPUS:-}/$target" ]; then seeds+=("$PLIMSOLL_CORPUS/$target"); fi
  if [ -d "$seeded/$target" ]; then seeds+=("$seeded/$target"); fi
  printf -- '-- %s\n' "$target"
  cargo fuzz run --sanitizer none "$target" "${seeds[@]}" -- "${limits[@]}" \
    "-max_total_time=$seconds" "-artifact_prefix=$folder/" -print_final_stats=1 -verbosity=0 2>&1 |
    grep -v -e '^ *Compiling' -e '^ *Finished' -e '^ *Running' -e '^#[0-9]' -e '^"' \
      -e NEW_FUNC -e '^WARNING: Failed to find' -e '^INFO: ' -e '^###' |
    tail -n 25
done
