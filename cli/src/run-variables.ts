import type { Diagnostic, UsageFailure } from '@tr/model';
import type { RunFlags } from './run-flags.js';
import { checkRunOptions, type RawRunOptions } from './run-request.js';
import { findVariable, type Environment, type OptionVariable } from './variables.js';

type Option = Exclude<keyof RawRunOptions, 'noCache'>;

/** By option: the variable of the same meaning, and whether Turborepo takes no notice of one that says what nobody knows. */
const VARIABLES: readonly (readonly [Option, string, 'strict' | 'lenient'])[] = [
  ['concurrency', 'CONCURRENCY', 'strict'],
  ['logOrder', 'LOG_ORDER', 'strict'],
  ['force', 'FORCE', 'lenient'],
  ['remoteReadOnly', 'REMOTE_CACHE_READ_ONLY', 'lenient'],
  ['remoteOnly', 'REMOTE_ONLY', 'lenient'],
  ['outputLogs', 'OUTPUT_LOGS', 'lenient'],
  ['logPrefix', 'LOG_PREFIX', 'lenient'],
  ['envMode', 'ENV_MODE', 'lenient'],
];

/** What the variables say where the command line says nothing, and what is wrong with them; of the options of `only` alone if it is given. */
export function readRunVariables(
  flags: Partial<RunFlags>,
  environment: Environment,
  only?: readonly Option[],
): { readonly options: RawRunOptions; readonly diagnostics: readonly Diagnostic[] } {
  const options: Partial<Record<Option, string>> = {};
  const diagnostics: Diagnostic[] = [];
  const add = (option: Option, { name, value }: OptionVariable, severity: Diagnostic['severity']): void => {
    const checked = checkRunOptions({ [option]: value });
    if (checked.ok) options[option] = value;
    else for (const failure of checked.failure) diagnostics.push({ severity, failure: withName(failure, name) });
  };
  const isOpen = (option: Option): boolean => flags[option] === undefined && only?.includes(option) !== false;
  for (const [option, name, kind] of VARIABLES) {
    const variable = isOpen(option) ? findVariable(environment, name) : undefined;
    if (variable !== undefined) add(option, variable, kind === 'strict' ? 'error' : 'warning');
  }
  // An empty one is no cache at all.
  const cache = ['TR_CACHE', 'TURBO_CACHE'].find((name) => environment[name] !== undefined);
  if (isOpen('cache') && cache !== undefined) add('cache', { name: cache, value: environment[cache] ?? '' }, 'error');
  return { options, diagnostics };
}

/** The same, of a variable. */
function withName(failure: UsageFailure, name: string): UsageFailure {
  return failure.code === 'usage/invalid-option' ? { ...failure, option: name } : failure;
}
