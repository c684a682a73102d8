import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `act <out> <mode> <path…>`: what every task runs. Below `<out>` it writes what the files hold that `<mode>` finds (`git`: what
 * git tracks or would track; `find`: all, links followed, without names that begin with `skip`), as git would store them, and its key. What it
 * wrote there earlier is removed first.
 */
const ACT = String.raw`#!/bin/sh
out=$1; mode=$2; shift 2
list() {
  if [ "$mode" = git ]; then { git ls-files -co --exclude-standard -- "$@"; git ls-files --recurse-submodules -- "$@"; } 2>/dev/null | grep -v -e '^skip' -e '/skip' | LC_ALL=C sort -u
  elif [ "$mode" = flat ]; then find -L "$@" -mindepth 1 -maxdepth 1 -type f ! -name 'skip*' 2>/dev/null | LC_ALL=C sort
  else find -L "$@" -name 'skip*' -prune -o -type f -print 2>/dev/null | LC_ALL=C sort; fi
}
rm -rf "$out/content" "$out/each" "$out/key" "$out/run" "$out/link"
mkdir -p "$out/each"
{
  echo "env $FUZZ_A|$FUZZ_G|$FUZZ_W_1|$FUZZ_W_2|$FUZZ_W_3|$FUZZ_DOT"
  set -f
  IFS='
'
  list "$@" > "$out/names"
  set --
  while read -r file; do [ -f "$file" ] && echo "$file" && set -- "$@" "./$file" && : > "$out/each/${'${file##*/}'}"; done < "$out/names"
  [ $# -eq 0 ] || sed -s -e '$s/$/./' -e 's/\r//g' -e 's/@@[^@]*@@/@@@@/g' -e 's/\$Id[^$]*\$/$Id$/g' "$@"
  rm "$out/names"
} > "$out/content"
echo "$TR_TASK $TURBO_HASH" > "$out/key"
echo '#!/bin/sh' > "$out/run"
chmod +x "$out/run"
ln -s content "$out/link"
if grep -q '^fail' "$out/content"; then : > "$out/each/junk"; exit 1; fi
echo "MARK $TR_TASK $TURBO_HASH $(cksum < "$out/content")"
`;

/** `say <mode> <path…>`: the same for tasks without outputs: only says it. */
const SAY = String.raw`#!/bin/sh
dir=$(dirname "$0")/../said-$$
mkdir "$dir"
act "$dir" "$@"
rm -rf "$dir"
`;

/** A tool whose version is text in a file beside it. */
const TOOL = String.raw`#!/bin/sh
cat "$(dirname "$0")/version"
`;

/**
 * `odd <out> <path…>`: below `<out>`, some files with what the others hold and a number that is another one each time, an
 * executable one, a link, an empty directory. Says the number.
 */
const ODD = String.raw`#!/bin/sh
out=$1; shift
nonce=nonce-$(printf %s $(od -An -N8 -tx8 /dev/urandom))
rm -rf "$out"
mkdir -p "$out/deep" "$out/void"
{ echo "$nonce"; cat "$@"; } > "$out/one"
cp "$out/one" "$out/deep/two"
{ echo '#!/bin/sh'; echo "# $nonce"; } > "$out/run"
chmod +x "$out/run"
ln -s one "$out/link"
echo "NONCE $TR_TASK $nonce"
`;

/** `odder <out> <from>`: a file with the number that `odd` has left. */
const ODDER = String.raw`#!/bin/sh
rm -rf "$1"
mkdir -p "$1/void"
cat "$2/one" > "$1/one"
echo "NONCE $TR_TASK $(head -n 1 "$2/one")"
`;

/** `many <out> <path…>`: like `odd`, in a hundred files of 8,000 bytes, which stay in the chunks they came in on other machines. */
const MANY = String.raw`#!/bin/sh
out=$1; shift
nonce=nonce-$(printf %s $(od -An -N8 -tx8 /dev/urandom))
rm -rf "$out"
mkdir -p "$out/void" "$out/deep"
{ cat "$@"; seq 1 130000; } | split -b 8000 -a 3 - "$out/f"
for name in faaa fabc deep/last; do echo "$nonce" >> "$out/$name"; done
chmod +x "$out/faab"
ln -s faaa "$out/link"
echo "NONCE $TR_TASK $nonce"
`;

const COMMANDS = { act: ACT, say: SAY, 'fuzz-tool': TOOL, odd: ODD, odder: ODDER, many: MANY };

/** Writes the commands of tasks below `base`. Returns the directories for PATH. */
export function writeCommands(base: string): void {
  const directory = join(base, 'tools');
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(COMMANDS)) {
    writeFileSync(join(directory, name), text);
    chmodSync(join(directory, name), 0o755);
  }
  writeFileSync(join(directory, 'version'), 'version 1\n');
}
