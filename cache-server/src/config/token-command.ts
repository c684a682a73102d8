import { parseScope } from '../auth/scope.js';
import { createToken, type StoredToken } from '../auth/token.js';
import type { TokenStore } from '../auth/token-store.js';
import { parseCommand as parse, placeFlags, toTenant, toText } from './command-line.js';
import { parseSpan } from './parse-size.js';
import { UsageError } from './usage-error.js';

/** Where `token` commands work. */
export interface TokenCommandContext {
  /** Given the flags that name a place (`--store s3://…`), as a command line. */
  readonly open: (flags: readonly string[]) => Promise<TokenStore>;
  readonly print: (line: string) => void;
  /** Tells the one who typed it, beside what a script reads. */
  readonly note: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `token create|list|revoke …`. Throws {@link UsageError}. */
export async function runTokenCommand(args: readonly string[], context: TokenCommandContext): Promise<void> {
  const [command, ...rest] = args;
  switch (command) {
    case 'create':
      return await create(rest, context);
    case 'list':
      return await list(rest, context);
    case 'revoke':
      return await revoke(rest, context);
    case undefined:
    default:
      throw new UsageError('Use `token create --scope main`, `token list` or `token revoke <id>`.');
  }
}

async function create(args: readonly string[], { open, print, note, now }: TokenCommandContext): Promise<void> {
  const { values } = parse(args, {
    scope: { type: 'string' },
    tenant: { type: 'string', default: 'default' },
    'read-only': { type: 'boolean', default: false },
    expires: { type: 'string' },
  });
  const scope = parseScope(toText(values['scope']) ?? '');
  if (scope === undefined) throw new UsageError('--scope is needed: main, release/1.2, pr/7 or user/ann.');
  const tenant = toTenant(values['tenant']);
  const { expires } = values;
  const span = typeof expires === 'string' ? parseSpan(expires) : undefined;
  if (expires !== undefined && span === undefined) throw new UsageError('--expires must be a time such as 90d or 12h.');
  const expiresAt = span === undefined ? undefined : now + span;
  const { text, stored } = createToken({ scope, tenant, readOnly: values['read-only'] === true, expiresAt }, now);
  await (await open(placeFlags(values))).add(stored);
  print(text);
  note(`It may ${stored.readOnly ? 'read' : 'write'} \`${scope}\` of the tenant \`${tenant}\`.`);
}

async function list(args: readonly string[], { open, print, now }: TokenCommandContext): Promise<void> {
  const { values } = parse(args, {});
  for (const token of await (await open(placeFlags(values))).list())
    if (token.revokedAt === undefined) print(describe(token, now));
}

async function revoke(args: readonly string[], { open, print, now }: TokenCommandContext): Promise<void> {
  const { values, positionals } = parse(args, {});
  const [id] = positionals;
  if (id === undefined) throw new UsageError('Which token? `token list` shows their ids.');
  if (!(await (await open(placeFlags(values))).revoke(id, now))) throw new UsageError(`There is no token \`${id}\`.`);
  print(`Revoked ${id}.`);
}

function describe({ id, tenant, scope, readOnly, expiresAt }: StoredToken, now: number): string {
  const until = expiresAt === undefined ? 'never expires' : `expires ${new Date(expiresAt).toISOString()}`;
  const state = expiresAt !== undefined && expiresAt <= now ? 'expired' : until;
  return [id, tenant, scope, readOnly ? 'read-only' : 'read-write', state].join('\t');
}
