import { isConcurrency } from '@tr/config';
import type { OutputLogs, Result, UsageFailure } from '@tr/model';
import { fail, ok } from '@tr/model';

/** Which tiers may be read and written. */
export interface CachePolicy {
  readonly local: { readonly read: boolean; readonly write: boolean };
  readonly remote: { readonly read: boolean; readonly write: boolean };
}

/** What `tr run` was asked to do, every value checked, command line before environment before configuration. */
export interface RunRequest {
  readonly tasks: readonly string[];
  /** What follows `--`. */
  readonly taskArguments: readonly string[];
  readonly filters: readonly string[];
  readonly affected: boolean;
  readonly only: boolean;
  readonly parallel: boolean;
  /** As given: a number or a percentage; undefined = from the configuration, else 10. */
  readonly concurrency: string | undefined;
  readonly continueMode: 'never' | 'dependencies-successful' | 'always';
  readonly policy: CachePolicy;
  readonly dry: 'text' | 'json' | undefined;
  readonly outputLogs: OutputLogs | undefined;
  readonly logOrder: 'auto' | 'stream' | 'grouped';
  readonly logPrefix: 'auto' | 'task' | 'none';
  readonly logFormat: 'text' | 'json';
  readonly cacheDir: string | undefined;
  readonly envMode: 'strict' | 'loose' | undefined;
  readonly frameworkInference: boolean;
}

/** The options as the command line has them, before any is checked. */
export interface RawRunOptions {
  readonly concurrency?: string | undefined;
  readonly continue?: string | boolean | undefined;
  readonly force?: string | boolean | undefined;
  readonly noCache?: boolean | undefined;
  readonly cache?: string | undefined;
  readonly remoteReadOnly?: string | boolean | undefined;
  readonly remoteOnly?: string | boolean | undefined;
  readonly dry?: string | boolean | undefined;
  readonly outputLogs?: string | undefined;
  readonly logOrder?: string | undefined;
  readonly logPrefix?: string | undefined;
  readonly logFormat?: string | undefined;
  readonly envMode?: string | boolean | undefined;
  readonly frameworkInference?: string | boolean | undefined;
}

/** The checked form of {@link RawRunOptions}. */
export type CheckedRunOptions = Pick<
  RunRequest,
  | 'concurrency'
  | 'continueMode'
  | 'policy'
  | 'dry'
  | 'outputLogs'
  | 'logOrder'
  | 'logPrefix'
  | 'logFormat'
  | 'envMode'
  | 'frameworkInference'
>;

const OUTPUT_LOGS = ['full', 'hash-only', 'new-only', 'errors-only', 'none'] as const;

/** Checks every option and reports all that are wrong. */
export function checkRunOptions(raw: RawRunOptions): Result<CheckedRunOptions, readonly UsageFailure[]> {
  const failures: UsageFailure[] = [];
  const choose = <T extends string>(
    option: string,
    value: string | undefined,
    allowed: readonly T[],
  ): T | undefined => {
    if (value === undefined || (allowed as readonly string[]).includes(value)) return value as T | undefined;
    failures.push({ code: 'usage/invalid-option', option, value, expected: allowed.join(', ') });
    return undefined;
  };
  const checked: CheckedRunOptions = {
    concurrency: checkConcurrency(raw.concurrency, failures),
    continueMode:
      choose('--continue', toText(raw.continue, 'always', 'never'), ['never', 'dependencies-successful', 'always']) ??
      'never',
    policy: checkPolicy(raw, failures),
    dry: choose('--dry', toText(raw.dry, 'text', undefined), ['text', 'json']),
    outputLogs: choose('--output-logs', raw.outputLogs, OUTPUT_LOGS),
    logOrder: choose('--log-order', raw.logOrder, ['auto', 'stream', 'grouped']) ?? 'auto',
    logPrefix: choose('--log-prefix', raw.logPrefix, ['auto', 'task', 'none']) ?? 'auto',
    logFormat: choose('--log-format', raw.logFormat, ['text', 'json']) ?? 'text',
    envMode: choose('--env-mode', raw.envMode === true ? 'strict' : raw.envMode || undefined, ['strict', 'loose']),
    frameworkInference:
      choose('--framework-inference', String(raw.frameworkInference ?? true), ['true', 'false']) !== 'false',
  };
  return failures.length > 0 ? fail(failures) : ok(checked);
}

/** `--flag` without a value, `--flag=value`, `--flag=true|false` or `--no-flag`. */
function toText<D extends string | undefined>(
  value: string | boolean | undefined,
  whenTrue: string,
  whenAbsent: D,
): string | D {
  if (value === undefined || value === false || value === 'false') return whenAbsent;
  return value === true || value === 'true' ? whenTrue : value;
}

function checkConcurrency(value: string | undefined, failures: UsageFailure[]): string | undefined {
  if (value === undefined || isConcurrency(value)) return value;
  failures.push({
    code: 'usage/invalid-option',
    option: '--concurrency',
    value,
    expected: 'a number from 1, or a percentage such as 50%',
  });
  return undefined;
}

function checkSwitch(option: string, given: string | boolean | undefined, failures: UsageFailure[]): boolean {
  const value = String(given ?? 'false');
  const known = { true: true, '1': true, false: false, '0': false, '': false }[value];
  if (known !== undefined) return known;
  failures.push({ code: 'usage/invalid-option', option, value, expected: 'true, false' });
  return false;
}

/** `--cache=local:rw,remote:r`, or the older `--force` and `--no-cache`. */
function checkPolicy(raw: RawRunOptions, failures: UsageFailure[]): CachePolicy {
  const force = checkSwitch('--force', raw.force, failures);
  const readsOnly = checkSwitch('--remote-cache-read-only', raw.remoteReadOnly, failures);
  const remoteOnly = checkSwitch('--remote-only', raw.remoteOnly, failures);
  const { local, remote } = checkTiers(raw, force, failures);
  return {
    local: remoteOnly ? { read: false, write: false } : local,
    remote: { read: remote.read, write: remote.write && !readsOnly },
  };
}

function checkTiers(raw: RawRunOptions, force: boolean, failures: UsageFailure[]): CachePolicy {
  if (raw.cache === undefined) {
    const both = { read: !force, write: raw.noCache !== true };
    return { local: both, remote: both };
  }
  const tiers = { local: { read: false, write: false }, remote: { read: false, write: false } };
  const parts = raw.cache.split(',').filter(Boolean);
  const named = parts.map((part) => /^(local|remote):(r?w?|wr)$/.exec(part));
  for (const [at, part] of parts.entries()) {
    const [, name, rights] = named[at] ?? [];
    const isAgain = name !== undefined && named.findIndex((match) => match?.[1] === name) < at;
    if (name === undefined || rights === undefined || isAgain) {
      failures.push({
        code: 'usage/invalid-option',
        option: '--cache',
        value: isAgain ? raw.cache : part,
        expected: 'local:rw, local:r, local:w, local:, and the same with remote, each tier once',
      });
    } else {
      const tier = name === 'local' ? 'local' : 'remote';
      tiers[tier] = { read: rights.includes('r') && !force, write: rights.includes('w') };
    }
  }
  return tiers;
}
