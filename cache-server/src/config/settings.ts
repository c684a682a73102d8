import { isRecord } from '@tr/model';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';
import { hintAt, toFlagError } from './wrong-flag.js';

const OPTIONS = {
  config: { type: 'string' },
  store: { type: 'string' },
  dir: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'tokens-file': { type: 'string' },
  'trust-file': { type: 'string' },
  'signing-key-file': { type: 'string' },
  'public-url': { type: 'string' },
  'trust-proxy': { type: 'boolean' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'max-size': { type: 'string' },
  'max-entry': { type: 'string' },
  'max-age': { type: 'string' },
  'hot-bodies': { type: 'string' },
  quota: { type: 'string', multiple: true },
  upkeep: { type: 'string' },
  drain: { type: 'string' },
  workers: { type: 'string' },
} as const;

/** The names of all settings. */
export const OPTION_NAMES: readonly string[] = Object.keys(OPTIONS);

/** Settings by the name of their flag, wherever they were given. */
export interface Settings {
  /** Undefined when it is not given, or empty. */
  readonly given: (name: string) => string | undefined;
  /** Of an option that may be given more than once. */
  readonly all: (name: string) => readonly string[];
  /** Of a switch. */
  readonly isOn: (name: string) => boolean;
}

type Value = string | boolean | readonly string[];

/** Flags win over variables (`TR_CACHE_…`), and those over the file of `--config`. Throws {@link UsageError}. */
export function readSettings(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Settings {
  const flags = new Map<string, Value | undefined>(Object.entries(readFlags(args)));
  const variable = (name: string): string | undefined => env[`TR_CACHE_${name.toUpperCase().replaceAll('-', '_')}`];
  const path = flags.get('config') ?? variable('config');
  const file = typeof path === 'string' && path !== '' ? readConfigFile(resolve(cwd, path)) : new Map<string, Value>();
  const find = (name: string): Value | undefined => flags.get(name) ?? (variable(name) || undefined) ?? file.get(name);
  return {
    given: (name) => {
      const value = find(name);
      return typeof value === 'string' && value !== '' ? value : undefined;
    },
    all: (name) => {
      const value = find(name);
      if (typeof value === 'string') return value.split(',');
      return typeof value === 'object' ? value : [];
    },
    isOn: (name) => toSwitch(name, find(name)),
  };
}

function toSwitch(name: string, value: Value | undefined): boolean {
  if (typeof value === 'boolean') return value;
  const isOn = value === '1' || value === 'true';
  if (!isOn && value !== undefined && value !== '0' && value !== 'false')
    throw new UsageError(`--${name} must be true or false, not \`${String(value)}\`.`);
  return isOn;
}

function readFlags(args: readonly string[]): Readonly<Record<string, Value | undefined>> {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw toFlagError(error, OPTION_NAMES);
  }
}

/** JSON: the names of the flags, and texts; `quota` may be a list, `trust-proxy` true. */
function readConfigFile(path: string): ReadonlyMap<string, Value> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isRecord(value)) throw new UsageError(`${path} must hold one JSON object.`);
  const names = OPTION_NAMES.filter((name) => name !== 'config');
  const settings = new Map<string, Value>();
  for (const [name, setting] of Object.entries(value)) {
    if (!names.includes(name)) throw new UsageError(`${path}: there is no \`${name}\`. ${hintAt(name, names)}`);
    settings.set(name, toValue(setting, `${path}: \`${name}\``));
  }
  return settings;
}

function toValue(setting: unknown, where: string): Value {
  if (typeof setting === 'string' || typeof setting === 'boolean') return setting;
  if (typeof setting === 'number') return String(setting);
  if (Array.isArray(setting) && setting.every((part) => typeof part === 'string')) return setting;
  throw new UsageError(`${where} must be a text.`);
}
