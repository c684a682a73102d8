import type { Diagnostic } from '@tr/model';
import { isValueOf } from './values-apart.js';

type Value = 'none' | 'required' | 'optional';

/** Flags of Turborepo that change nothing here: there is no daemon, no telemetry, no update notice, no service of Turborepo's. */
const IGNORED: Readonly<Record<string, Value>> = {
  '--api': 'required',
  '--cache-workers': 'required',
  '--daemon': 'none',
  '--dangerously-disable-package-manager-check': 'none',
  '--heap': 'required',
  '--login': 'required',
  '--no-daemon': 'none',
  '--no-preflight': 'none',
  '--no-update-notifier': 'none',
  '--preflight': 'none',
  '--remote-cache-timeout': 'required',
  '--skip-infer': 'none',
  '--team': 'required',
  '--token': 'required',
  '--trace': 'required',
  '--ui': 'required',
  '--verbosity': 'required',
  '-v': 'none',
  '-vv': 'none',
  '-vvv': 'none',
};

/** Of its export of metrics, which is an experiment there: whether a value has to follow. */
const METRICS: Readonly<Record<string, Value>> = {
  enabled: 'optional',
  endpoint: 'required',
  header: 'required',
  'interval-ms': 'required',
  'metrics-run-summary': 'optional',
  'metrics-task-details': 'optional',
  protocol: 'required',
  resource: 'required',
  'timeout-ms': 'required',
  'use-remote-cache-token': 'optional',
};

/** Flags that are not there yet: a run without the report is still right, anything else would be another run. */
const MISSING: Readonly<Record<string, { readonly value: Value; readonly severity: Diagnostic['severity'] }>> = {
  '--anon-profile': { value: 'optional', severity: 'warning' },
  '--graph': { value: 'optional', severity: 'error' },
  '--log-file': { value: 'optional', severity: 'warning' },
  '--json': { value: 'none', severity: 'error' },
  '--profile': { value: 'optional', severity: 'warning' },
  '--summarize': { value: 'optional', severity: 'warning' },
  ...Object.fromEntries(
    Object.entries(METRICS).map(([name, value]) => [
      `--experimental-otel-${name}`,
      { value, severity: 'warning' } as const,
    ]),
  ),
};

/** `--ui=stream run build`: what stands before the command, after it; flags that do nothing here are gone. */
export function putCommandFirst(typed: readonly string[]): readonly string[] {
  let at = 0;
  for (let arg = typed[at]; arg?.startsWith('-') === true; arg = typed[at]) {
    const value = valueOf(arg);
    if (value === undefined) return typed;
    at += value === 'required' && !arg.includes('=') ? 2 : 1;
  }
  const command = typed[at];
  if (at === 0 || command === undefined) return typed;
  return [command, ...takeTurborepoFlags(typed.slice(0, at)).args, ...typed.slice(at + 1)];
}

/** Of a flag that may stand before the command. */
function valueOf(arg: string): Value | undefined {
  const [name = arg] = arg.split('=', 1);
  if (name === '--root-turbo-json') return 'required';
  return Object.hasOwn(IGNORED, name) ? IGNORED[name] : undefined;
}

/** Command lines written for Turborepo: the arguments without what does nothing here, and what is to be said. */
export function takeTurborepoFlags(args: readonly string[]): {
  readonly args: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const own: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const isApart = isValueOf(word, args[at + 1]);
    const arg = isApart ? `${word}=${args[++at]}` : word;
    const [name = arg] = arg.split('=', 1);
    const missing = Object.hasOwn(MISSING, name) ? MISSING[name] : undefined;
    const value = missing?.value ?? (Object.hasOwn(IGNORED, name) ? IGNORED[name] : undefined);
    if (value === undefined) {
      own.push(...toSeparate(arg));
      continue;
    }
    if (missing !== undefined) {
      const { severity } = missing;
      diagnostics.push({ severity, failure: { code: 'usage/unsupported-option', option: name } });
    }
    if (value === 'required' && name === arg) at += 1;
  }
  return { args: own, diagnostics };
}

/** `-Fweb` and `-F=web` are `-F web`. */
function toSeparate(arg: string): readonly string[] {
  return /^-F./.test(arg) ? ['-F', arg.slice(arg[2] === '=' ? 3 : 2)] : [arg];
}
