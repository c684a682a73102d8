import type { TierPolicy } from '@tr/cache';
import { isConcurrency } from '@tr/config';
import type { OutputLogs, Result, UsageFailure } from '@tr/model';
import { fail, ok } from '@tr/model';
import { CHOICES, expectedOf, type ValuedOption } from './option-values.js';
import type { RunFlags } from './run-flags.js';

/** Which tiers may be read and written. */
export interface CachePolicy {
  readonly local: TierPolicy;
  readonly remote: TierPolicy;
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

/** Options that are checked one by one. */
type SingleOption =
  | 'concurrency'
  | 'continueMode'
  | 'dry'
  | 'outputLogs'
  | 'logOrder'
  | 'logPrefix'
  | 'logFormat'
  | 'envMode'
  | 'frameworkInference';

/** Those that `policy` is made of. */
type PolicyOption = 'force' | 'noCache' | 'cache' | 'remoteReadOnly' | 'remoteOnly';

/** The options as the command line has them, before any is checked. */
export type RawRunOptions = Partial<Pick<RunFlags, SingleOption | PolicyOption>>;

/** The checked form of {@link RawRunOptions}. */
export type CheckedRunOptions = Pick<RunRequest, SingleOption | 'policy'>;

/** Checks every option and reports all that are wrong. */
export function checkRunOptions(raw: RawRunOptions): Result<CheckedRunOptions, readonly UsageFailure[]> {
  const failures: UsageFailure[] = [];
  const choose = <O extends ChoiceOption>(option: O, value: string | undefined): Choice<O> | undefined => {
    const known: readonly Choice<O>[] = CHOICES[option];
    const chosen = known.find((each) => each === value);
    if (value !== undefined && chosen === undefined) failures.push(toInvalid(option, value));
    return chosen;
  };
  const checked: CheckedRunOptions = {
    concurrency: checkConcurrency(raw.concurrency, failures),
    continueMode: choose('--continue', toText(raw.continueMode, 'always', 'never')) ?? 'never',
    policy: checkPolicy(raw, failures),
    dry: choose('--dry', toText(raw.dry, 'text', undefined)),
    outputLogs: choose('--output-logs', raw.outputLogs),
    logOrder: choose('--log-order', raw.logOrder) ?? 'auto',
    logPrefix: choose('--log-prefix', raw.logPrefix) ?? 'auto',
    logFormat: choose('--log-format', raw.logFormat) ?? 'text',
    envMode: choose('--env-mode', raw.envMode === true ? 'strict' : raw.envMode || undefined),
    frameworkInference: choose('--framework-inference', String(raw.frameworkInference ?? true)) !== 'false',
  };
  return failures.length > 0 ? fail(failures) : ok(checked);
}

type ChoiceOption = keyof typeof CHOICES;
type Choice<O extends ChoiceOption> = (typeof CHOICES)[O][number];

function toInvalid(option: ValuedOption, value: string): UsageFailure {
  return { code: 'usage/invalid-option', option, value, expected: expectedOf(option) };
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
  failures.push(toInvalid('--concurrency', value));
  return undefined;
}

function checkSwitch(option: ValuedOption, given: string | boolean | undefined, failures: UsageFailure[]): boolean {
  const value = String(given ?? 'false');
  const known = { true: true, '1': true, false: false, '0': false, '': false }[value];
  if (known !== undefined) return known;
  failures.push(toInvalid(option, value));
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
      failures.push(toInvalid('--cache', isAgain ? raw.cache : part));
    } else {
      const tier = name === 'local' ? 'local' : 'remote';
      tiers[tier] = { read: rights.includes('r') && !force, write: rights.includes('w') };
    }
  }
  return tiers;
}
