import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TR_BIN } from '../rig/exec-tr.js';

/** The registry's `turbo`, a devDependency of this repository. */
const TURBO_BIN = fileURLToPath(new URL('../../../node_modules/turbo/bin/turbo', import.meta.url));

/** Parsed dry-run JSON. Both tools are read as strangers: nothing is known of its shape until a comparison looks. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One call, made with both tools. */
export interface ParityCase {
  readonly name: string;
  /** What follows `run`, without `--dry=json`. */
  readonly args: readonly string[];
  /** Directory to start in, relative to the checkout; undefined = its root. */
  readonly cwd?: string | undefined;
  /** Added to an otherwise clean environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What one tool answered. `json` is undefined when it refused, or really ran. */
export interface Answer {
  readonly json: Json | undefined;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The two tools, on one checkout. */
export interface Tools {
  turbo(parityCase: ParityCase): Promise<Answer>;
  ours(parityCase: ParityCase): Promise<Answer>;
  dispose(): void;
}

/**
 * Both tools in the same small environment: an empty home, nothing of this machine's but PATH, and for turbo no telemetry,
 * no notice of updates, no daemon, and not the version installed in the checkout. `mode`: a dry run, or a real one.
 */
export function openTools(root: string, mode: 'dry' | 'really' = 'dry'): Tools {
  const home = mkdtempSync(join(tmpdir(), 'tr-parity-home-'));
  const environment = ({ env }: ParityCase): Record<string, string> => ({
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    ...env,
  });
  const toArgs = ({ args }: ParityCase): readonly string[] => ['run', ...(mode === 'dry' ? withDry(args) : args)];
  // Turbo hands over to the version a checkout has installed, unless told not to look; then it takes the current directory
  // for the root and reads where it was started from this variable.
  const isInstalled = existsSync(join(root, 'node_modules/turbo'));
  return {
    turbo: (parityCase) => {
      const args = toArgs(parityCase);
      const cwd = join(root, parityCase.cwd ?? '');
      const env = environment(parityCase);
      return isInstalled
        ? answer([TURBO_BIN, '--skip-infer', ...args], { cwd: root, env: { ...env, TURBO_INVOCATION_DIR: cwd } })
        : answer([TURBO_BIN, ...args], { cwd, env });
    },
    ours: (parityCase) =>
      answer([TR_BIN, ...toArgs(parityCase)], {
        cwd: join(root, parityCase.cwd ?? ''),
        env: environment(parityCase),
      }),
    dispose: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** `--dry=json` in front of `--`. */
function withDry(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return end === -1 ? [...args, '--dry=json'] : [...args.slice(0, end), '--dry=json', ...args.slice(end)];
}

function answer(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<Answer> {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      const text = Buffer.concat(out).toString();
      const json = exitCode === 0 && text.startsWith('{') ? (JSON.parse(text) as Json) : undefined;
      resolve({ json, exitCode, stdout: text, stderr: Buffer.concat(err).toString() });
    });
  });
}

/** Empty unless it is a list. */
export const asList = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

/** Empty unless it is an object. */
export function asRecord(value: Json | undefined): { readonly [key: string]: Json } {
  return value === null || typeof value !== 'object' || Array.isArray(value)
    ? {}
    : (value as { readonly [key: string]: Json });
}

/** Empty unless it is text. */
export const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
