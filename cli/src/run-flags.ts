import { isValueOf } from './values-apart.js';

/** What stands on the command line of `tr run`, unchecked. An option that is not there is undefined. */
export interface RunFlags {
  readonly tasks: readonly string[];
  readonly filters: readonly string[];
  readonly globalDeps: readonly string[];
  readonly affected: boolean;
  readonly only: boolean;
  readonly parallel: boolean;
  readonly noCache: boolean;
  readonly concurrency: string | undefined;
  readonly continueMode: string | boolean | undefined;
  readonly force: string | boolean | undefined;
  readonly cache: string | undefined;
  readonly remoteReadOnly: string | boolean | undefined;
  readonly remoteOnly: string | boolean | undefined;
  readonly cacheDir: string | undefined;
  readonly dry: string | boolean | undefined;
  readonly outputLogs: string | undefined;
  readonly logOrder: string | undefined;
  readonly logPrefix: string | undefined;
  readonly logFormat: string | undefined;
  readonly envMode: string | boolean | undefined;
  readonly frameworkInference: string | boolean | undefined;
  readonly singlePackage: boolean;
  readonly rootTurboJson: string | undefined;
}

/** May be given more than once. */
type ListField = 'filters' | 'globalDeps';
type Field = Exclude<keyof RunFlags, 'tasks' | ListField>;

/** By option: its field, and whether a value follows (`optional`: only after `=`). */
const OPTIONS: Readonly<Record<string, readonly [field: Field | ListField, value: 'none' | 'required' | 'optional']>> =
  {
    '--filter': ['filters', 'required'],
    '-F': ['filters', 'required'],
    '--affected': ['affected', 'none'],
    '--only': ['only', 'none'],
    '--parallel': ['parallel', 'none'],
    '--no-cache': ['noCache', 'none'],
    '--concurrency': ['concurrency', 'required'],
    '--continue': ['continueMode', 'optional'],
    '--force': ['force', 'optional'],
    '--cache': ['cache', 'required'],
    '--remote-cache-read-only': ['remoteReadOnly', 'optional'],
    '--remote-only': ['remoteOnly', 'optional'],
    '--cache-dir': ['cacheDir', 'required'],
    '--dry': ['dry', 'optional'],
    '--dry-run': ['dry', 'optional'],
    '--output-logs': ['outputLogs', 'required'],
    '--log-order': ['logOrder', 'required'],
    '--log-prefix': ['logPrefix', 'required'],
    '--log-format': ['logFormat', 'required'],
    '--env-mode': ['envMode', 'optional'],
    '--framework-inference': ['frameworkInference', 'optional'],
    '--global-deps': ['globalDeps', 'required'],
    '--single-package': ['singlePackage', 'none'],
    '--root-turbo-json': ['rootTurboJson', 'required'],
  };

/**
 * Reads what follows `run`, where it is nothing but tasks and options in their plain forms, each at most once. Undefined for
 * everything else, also for mistakes: that is for the command line library, which takes a tenth of a small run to load and
 * to get ready. A test holds the two together.
 */
export function readPlainRunFlags(args: readonly string[]): RunFlags | undefined {
  const tasks: string[] = [];
  const lists: Record<ListField, string[]> = { filters: [], globalDeps: [] };
  const given: Partial<Record<Field, string | boolean>> = {};
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('-')) {
      tasks.push(arg);
      continue;
    }
    const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
    const option = OPTIONS[equals === -1 ? arg : arg.slice(0, equals)];
    if (option === undefined || isValueOf(arg, args[at + 1])) return undefined;
    const [field, kind] = option;
    let value: string | true = true;
    if (equals !== -1) value = arg.slice(equals + 1);
    else if (kind === 'required') value = args[++at] ?? '';
    const isPlain = value === true ? kind !== 'required' : kind !== 'none' && value !== '' && !value.startsWith('-');
    if (!isPlain) return undefined;
    if (field === 'filters' || field === 'globalDeps') lists[field].push(String(value));
    else if (given[field] === undefined) given[field] = value;
    else return undefined;
  }
  // `OPTIONS` gives every field what its type says.
  return { ...NOTHING, ...(given as Partial<RunFlags>), ...lists, tasks };
}

const NOTHING: RunFlags = {
  tasks: [],
  filters: [],
  globalDeps: [],
  affected: false,
  only: false,
  parallel: false,
  noCache: false,
  concurrency: undefined,
  continueMode: undefined,
  force: undefined,
  cache: undefined,
  remoteReadOnly: undefined,
  remoteOnly: undefined,
  cacheDir: undefined,
  dry: undefined,
  outputLogs: undefined,
  logOrder: undefined,
  logPrefix: undefined,
  logFormat: undefined,
  envMode: undefined,
  frameworkInference: undefined,
  singlePackage: false,
  rootTurboJson: undefined,
};
