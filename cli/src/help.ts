import { OPTION_VALUES } from './option-values.js';

/** What the help tells about a command; the shape clipanion describes its commands in. */
export interface CommandHelp {
  /** `tr run`. */
  readonly path: string;
  readonly description?: string;
  readonly details?: string;
  readonly examples?: readonly (readonly [string, string])[];
  /** `definition` lists the names: `--filter,-F #0`. */
  readonly options: readonly { readonly definition: string; readonly description?: string }[];
}

/** What follows the words of a command. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  'tr run': ' <task…> [-- <arguments for the scripts>]',
  'tr why': ' <task…>',
  'tr ls': ' [package…]',
  'tr cache export': ' <task>',
  'tr serve': ' [option…]',
  'tr services up': ' [service…]',
  'tr services down': ' [service…]',
  'tr services reset': ' [service…]',
  'tr services env': ' [service…]',
  'tr services logs': ' [service…]',
};

/** Taken by every command. */
const GLOBAL_OPTIONS = [
  ['--cwd <directory>', 'Start there instead of in the current directory.'],
  ['--color, --no-color', 'Colours, or none, whatever the output is.'],
  ['-h, --help', 'This help.'],
] as const;

/** `tr --help`: a line for every command. */
export function renderOverview(version: string, commands: readonly CommandHelp[]): string {
  const rows = commands.map(
    ({ path, description }) => [callOf(path).split(' [--')[0] ?? path, description ?? ''] as const,
  );
  return [
    `tr ${version}, a task runner for monorepos`,
    '',
    ...toRows(rows),
    '',
    '`tr <command> --help` lists the options. `tr --version` is the version.',
    'Any other first argument means the POSIX tr, and the call is handed over to it;',
    'called as `taskrun`, it is a task: `taskrun build` is `tr run build`.',
    '',
  ].join('\n');
}

/** `tr <command> --help`. */
export function renderCommandHelp({ path, description, details, examples = [], options }: CommandHelp): string {
  const rows = options.map((option) => [describeNames(option.definition), option.description ?? ''] as const);
  return [
    (description ?? '').trim(),
    '',
    `  ${callOf(path)}`,
    '',
    ...(details === undefined
      ? []
      : [
          ...details
            .trimEnd()
            .split('\n')
            .map((line) => line.trimEnd()),
          '',
        ]),
    'Options',
    ...toRows([...rows, ...GLOBAL_OPTIONS]),
    '',
    ...(examples.length === 0 ? [] : ['Examples', ...toRows(examples.map(([text, call]) => [call, text])), '']),
  ].join('\n');
}

function callOf(path: string): string {
  return `${path}${ARGUMENTS[path] ?? ''}`;
}

/** `--filter,-F #0` -> `-F, --filter <filter>`. */
function describeNames(definition: string): string {
  const names = definition.replace(/ #\d+/g, '').split(',');
  const value = names.map((name) => OPTION_VALUES[name]).find((found) => found !== undefined);
  return `${names.toSorted((a, b) => a.length - b.length).join(', ')}${value?.placeholder ?? ''}`;
}

/** Two columns; a name that is too long for the first has a line of its own. */
function toRows(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.min(WIDEST, Math.max(...rows.map(([name]) => name.length))) + 2;
  return rows.map(([name, text]) =>
    name.length <= WIDEST ? `  ${name.padEnd(width)}${text}`.trimEnd() : `  ${name}\n  ${' '.repeat(width)}${text}`,
  );
}

/** Characters of the first column at the most. */
const WIDEST = 34;
