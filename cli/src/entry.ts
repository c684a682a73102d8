/**
 * What starts first: small, so that `--version`, a call meant for the POSIX `tr`, and a run that finds everything as the last one
 * did (recorded-run/) cost little more than Node itself. Everything else is in `main.ts`, a chunk of its own.
 */
import { basename } from 'node:path';
import { isOurCall, isTurborepoCommand } from './command-names.js';
import { handOver } from './hand-over.js';
import { loadMain } from './load-main.js';
import { findRecord, repeatRun } from './recorded-run/repeat-run.js';
import { print } from './standard-output.js';
import { BUILD_ID, VERSION } from './version.js';

/** The bundle is CommonJS. */
declare const __dirname: string;

const typed = process.argv.slice(2);
// A link called `taskrun`, or the file that shims start.
const isTaskrun = basename(process.argv[1] ?? '', '.cjs') === 'taskrun';
// `taskrun` is nobody else's name, so that `taskrun build` can be what `turbo build` is.
const args = isTaskrun ? toOurs(typed) : typed;
const [first] = args;

if ((first === '--version' || first === '-v') && args.length === 1) {
  printVersion();
} else if (!isTaskrun && !isOurCall(first)) {
  handOver(args);
} else if (first === 'run') {
  const record = findRecord(args);
  if (record === undefined || !repeatRun(record))
    void loadMain(__dirname, { buildId: BUILD_ID, isRun: true }).main(args, record?.path);
} else {
  void loadMain(__dirname, { buildId: BUILD_ID, isRun: false }).main(args);
}

function toOurs(words: readonly string[]): readonly string[] {
  if (words[0] === 'help') return ['--help', ...words.slice(1)];
  return isOurCall(words[0]) || isTurborepoCommand(words[0]) ? words : ['run', ...words];
}

function printVersion(): void {
  try {
    print(Buffer.from(`${VERSION}\n`));
  } catch {
    process.exitCode = 1;
  }
}
