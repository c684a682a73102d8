import type { Diagnostic } from '@tr/model';

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
  '--single-package': 'none',
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

/** Flags that are not there yet: a run without the report is still right, anything else would be another run. */
const MISSING: Readonly<Record<string, { readonly value: Value; readonly severity: Diagnostic['severity'] }>> = {
  '--anon-profile': { value: 'required', severity: 'warning' },
  '--global-deps': { value: 'required', severity: 'error' },
  '--graph': { value: 'optional', severity: 'error' },
  '--log-file': { value: 'optional', severity: 'warning' },
  '--profile': { value: 'required', severity: 'warning' },
  '--remote-only': { value: 'optional', severity: 'error' },
  '--root-turbo-json': { value: 'required', severity: 'error' },
  '--summarize': { value: 'optional', severity: 'warning' },
};

/** Command lines written for Turborepo: the arguments without what does nothing here, and what is to be said. */
export function takeTurborepoFlags(args: readonly string[]): {
  readonly args: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const own: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [name = arg] = arg.split('=', 1);
    const missing = Object.hasOwn(MISSING, name) ? MISSING[name] : undefined;
    const value = missing?.value ?? (Object.hasOwn(IGNORED, name) ? IGNORED[name] : undefined);
    if (value === undefined) {
      own.push(arg);
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
