import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';
import { toFlagError } from './wrong-flag.js';

const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Flags that say where the store is. */
const PLACE_FLAGS = ['tokens-file', 'store', 'dir', 'config'] as const;

/** Those of them that were given, as a command line. */
export function placeFlags(values: Readonly<Record<string, unknown>>): readonly string[] {
  return PLACE_FLAGS.flatMap((name) => {
    const text = toText(values[name]);
    return text === undefined ? [] : [`--${name}`, text];
  });
}

type OptionSpecs = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly default?: string | boolean }>
>;

/** Reads a command with options of its own beside those of the place. Throws {@link UsageError}. */
export function parseCommand(
  args: readonly string[],
  options: OptionSpecs,
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  const all = { ...options, ...Object.fromEntries(PLACE_FLAGS.map((name) => [name, { type: 'string' } as const])) };
  try {
    return parseArgs({ args: [...args], options: all, strict: true, allowPositionals: true });
  } catch (error) {
    throw toFlagError(error, Object.keys(all));
  }
}

/** An option that is a text. */
export function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value of `--tenant`. Throws {@link UsageError} for what no tenant is called. */
export function toTenant(value: unknown): string {
  const tenant = toText(value) ?? '';
  if (!TENANT.test(tenant)) throw new UsageError('--tenant must be letters, digits, `.`, `_` and `-`.');
  return tenant;
}
