import { parseArgs } from 'node:util';
import { parseScope } from '../auth/scope.js';
import { createToken, type StoredToken } from '../auth/token.js';
import type { TokenFile } from '../auth/token-file.js';
import { parseSpan } from './parse-size.js';
import { UsageError } from './usage-error.js';

const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Where `token` commands work. */
export interface TokenCommandContext {
  readonly open: (path: string | undefined) => TokenFile;
  readonly print: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `token create|list|revoke …`. Throws {@link UsageError}. */
export function runTokenCommand(args: readonly string[], context: TokenCommandContext): void {
  const [command, ...rest] = args;
  switch (command) {
    case 'create':
      return create(rest, context);
    case 'list':
      return list(rest, context);
    case 'revoke':
      return revoke(rest, context);
    case undefined:
    default:
      throw new UsageError('Use `token create --scope main`, `token list` or `token revoke <id>`.');
  }
}

function create(args: readonly string[], { open, print, now }: TokenCommandContext): void {
  const { values } = parse(args, {
    scope: { type: 'string' },
    tenant: { type: 'string', default: 'default' },
    'read-only': { type: 'boolean', default: false },
    expires: { type: 'string' },
  });
  const scope = parseScope(toText(values['scope']) ?? '');
  if (scope === undefined) throw new UsageError('--scope is needed: main, release/1.2, pr/7 or user/ann.');
  const tenant = toText(values['tenant']) ?? '';
  if (!TENANT.test(tenant)) throw new UsageError('--tenant must be letters, digits, `.`, `_` and `-`.');
  const { expires } = values;
  const span = typeof expires === 'string' ? parseSpan(expires) : undefined;
  if (expires !== undefined && span === undefined) throw new UsageError('--expires must be a time such as 90d or 12h.');
  const expiresAt = span === undefined ? undefined : now + span;
  const { text, stored } = createToken({ scope, tenant, readOnly: values['read-only'] === true, expiresAt }, now);
  open(toText(values['tokens-file'])).add(stored);
  print(text);
}

function list(args: readonly string[], { open, print, now }: TokenCommandContext): void {
  const { values } = parse(args, {});
  for (const token of open(toText(values['tokens-file'])).list()) print(describe(token, now));
}

function revoke(args: readonly string[], { open, print }: TokenCommandContext): void {
  const { values, positionals } = parse(args, {});
  const [id] = positionals;
  if (id === undefined) throw new UsageError('Which token? `token list` shows their ids.');
  if (!open(toText(values['tokens-file'])).remove(id)) throw new UsageError(`There is no token \`${id}\`.`);
  print(`Revoked ${id}.`);
}

function describe({ id, tenant, scope, readOnly, expiresAt }: StoredToken, now: number): string {
  const until = expiresAt === undefined ? 'never expires' : `expires ${new Date(expiresAt).toISOString()}`;
  const state = expiresAt !== undefined && expiresAt <= now ? 'expired' : until;
  return [id, tenant, scope, readOnly ? 'read-only' : 'read-write', state].join('\t');
}

type OptionSpecs = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly default?: string | boolean }>
>;

function parse(
  args: readonly string[],
  options: OptionSpecs,
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, 'tokens-file': { type: 'string' } },
      strict: true,
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
