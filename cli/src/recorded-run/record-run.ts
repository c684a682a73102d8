import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { formatDuration } from '@tr/reporter';
import { findOwnFiles } from '../find-own-files.js';
import { finishedRun, outcomesSeen } from '../outcomes-seen.js';
import type { TerminalOutput } from '../terminal.js';
import { digestValues, listCounting } from './call.js';
import { hasLoaded } from './loaded-modules.js';
import { FileObservation } from './observe-files.js';
import { observeVariables, type ObservedVariables } from './observe-variables.js';
import { encodeRun, type RecordedRun } from './recorded-run.js';
import { summarizeLooks } from './summarize-looks.js';

/** Bytes of recorded runs that are kept, and, about, of the longest output of one. */
const MAX_BYTES = 32 << 20;
const MAX_OUTPUT = 1 << 20;

/** Modules that talk to something else than this disk. */
const OTHER_SOURCES: ReadonlySet<string> = new Set(
  ['child_process', 'dgram', 'dns', 'http', 'http2', 'https', 'tls', 'worker_threads'].map(
    (name) => `NativeModule ${name}`,
  ),
);

/** A run that is being recorded. */
export interface RunRecording {
  /** The environment, with an eye on what is read of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same output, overheard. */
  listen(output: TerminalOutput): TerminalOutput;
  /** Something happened that its repetition would not show. */
  giveUp(): void;
  /** Writes the record, if every task was found fresh; never throws. */
  finish(exitCode: number | string | undefined): void;
}

/** Starts to record a run in the file `path`; undefined where that cannot be. */
export function startRecording(path: string, environment: Readonly<Record<string, string>>): RunRecording | undefined {
  const files = new FileObservation();
  if (!files.start()) return undefined;
  const variables = observeVariables(environment);
  const printed: Uint8Array[] = [];
  let bytes = 0;
  let isUsable = true;
  return {
    environment: variables.environment,
    listen: (output) => ({
      ...output,
      write: (text) => {
        bytes += text.length;
        if (bytes <= MAX_OUTPUT && !files.isPartial) printed.push(Buffer.from(text));
        else isUsable = false;
        output.write(text);
      },
    }),
    giveUp: () => {
      isUsable = false;
    },
    finish: (exitCode) => {
      files.stop();
      if (!isUsable || files.isPartial || exitCode !== 0) return;
      try {
        // A log need not be text.
        keep(path, { files, variables, printed: Buffer.concat(printed).toString('latin1') });
      } catch {
        // A disk that takes no record: the next run goes the long way as well.
      }
    },
  };
}

interface Observed {
  readonly files: FileObservation;
  readonly variables: ObservedVariables;
  readonly printed: string;
}

function keep(path: string, { files, variables, printed }: Observed): void {
  if (finishedRun === undefined || [...outcomesSeen].join('') !== 'f' || hasLoaded(OTHER_SOURCES)) return;
  // The run was one of another workspace (`--cwd`): the next call would look for it here.
  if (relative(finishedRun.stateDirectory, path).startsWith('..')) return;
  const output = splitAtTime(printed, formatDuration(finishedRun.durationMs));
  const looks = output && summarizeLooks(files);
  if (output === undefined || looks === undefined) return;
  const names = listCounting(variables.read);
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true });
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    const variables = [names, digestValues(names, fstatSync(file))] as const;
    writeFileSync(file, encodeRun({ madeAt: Date.now(), output, variables, ...looks }));
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  removeOldest(directory);
}

/** The text around the time in the line of totals, which is the last that says it. */
function splitAtTime(text: string, time: string): RecordedRun['output'] | undefined {
  const line = text.lastIndexOf('Time:');
  const at = text.indexOf(`    ${time}`, line) + 4;
  if (line === -1 || at < line || text.slice(line, at).includes('\n')) return undefined;
  return [text.slice(0, at), text.slice(at + time.length)];
}

/** Of recorded runs, and of what killed processes left of them. */
const RUN_NAME = /^[0-9a-f]{32}(?:\.\d+)?$/;

/** Keeps the one that was written last whatever its size. Nothing else that lies there is ours to remove. */
function removeOldest(directory: string): void {
  const runs = findOwnFiles(directory)
    .filter(({ name }) => RUN_NAME.test(name))
    .sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs);
  let bytes = 0;
  for (const [index, { path, stats }] of runs.entries()) {
    bytes += stats.size;
    if (index > 0 && bytes > MAX_BYTES) rmSync(path, { force: true });
  }
}
