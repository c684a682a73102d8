import { spawn, type ChildProcess } from 'node:child_process';
import { OWN_PROGRAM, type Program } from './program.js';

/** The `RunEvent`s as `--log-format=json` prints them, loosely typed: tests read fields by name. */
// oxlint-disable-next-line typescript/no-explicit-any
export type JsonEvent = Record<string, any>;

/** How to start the CLI. */
export interface TrOptions {
  /** Directory to start in, relative to the workspace or absolute. */
  readonly cwd?: string;
  /** Added to a small clean environment (PATH, HOME, TMPDIR); undefined removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Ours unless told otherwise. */
  readonly program?: Program;
  /** Called with the process once it runs (to send signals). */
  readonly onStart?: (process: ChildProcess) => void;
}

/** What a call came to. */
export interface TrResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Parsed lines of stdout, when the call had `--log-format=json`. */
  readonly events: readonly JsonEvent[];
  /** task id -> outcome, from the `task-finished` events. */
  readonly outcomes: Readonly<Record<string, string>>;
}

/** The built CLI. */
export const TR_BIN = OWN_PROGRAM.bin;

/** Environment of a call: nothing of the developer's machine leaks in but PATH. */
export function cleanEnvironment(extra: TrOptions['env'] = {}): Record<string, string> {
  const env: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    TMPDIR: process.env['TMPDIR'],
    ...extra,
  };
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Starts the real CLI and waits for its end. */
export function execTr(root: string, args: readonly string[], options: TrOptions = {}): Promise<TrResult> {
  const { bin } = options.program ?? OWN_PROGRAM;
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd === undefined ? root : new URL(options.cwd, `file://${root}/`).pathname,
    env: cleanEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  options.onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      const stdout = Buffer.concat(out).toString();
      const events = args.includes('--log-format=json') ? parseEvents(stdout) : [];
      resolve({
        exitCode,
        signal,
        stdout,
        stderr: Buffer.concat(err).toString(),
        events,
        outcomes: toOutcomes(events),
      });
    });
  });
}

function parseEvents(stdout: string): JsonEvent[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as JsonEvent);
}

function toOutcomes(events: readonly JsonEvent[]): Record<string, string> {
  const finished = events.filter((event) => event['type'] === 'task-finished');
  return Object.fromEntries(finished.map((event) => [String(event['task']), String(event['result'].outcome)]));
}
