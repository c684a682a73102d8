import type { EntryName, EntryStore } from '@tr/store';
import { parseScope } from '../auth/scope.js';
import { unwrap } from '../session/store-problem.js';
import { parseCommand, placeFlags, toTenant, toText } from './command-line.js';
import { UsageError } from './usage-error.js';

/** Fewer digits of a key may be of several by chance. */
const LEAST_DIGITS = 12;

/** Where `forget` works. */
export interface ForgetContext {
  /** Given the flags that name a place (`--store s3://…`), as a command line. */
  readonly open: (flags: readonly string[]) => Promise<EntryStore>;
  readonly print: (line: string) => void;
}

/**
 * `forget <key>`: removes what is stored under a key, or under one that begins so, of every protocol, so that the next write
 * counts as the first. For results that are whole but wrong: nobody else can replace them. Throws {@link UsageError}.
 */
export async function runForget(args: readonly string[], { open, print }: ForgetContext): Promise<void> {
  const { values, positionals } = parseCommand(args, {
    scope: { type: 'string' },
    tenant: { type: 'string', default: 'default' },
  });
  const [key, ...more] = positionals;
  if (key === undefined || more.length > 0 || key.length < LEAST_DIGITS)
    throw new UsageError(
      `Which key? \`tr run <task> --dry=json\` shows it as \`hash\`; ${LEAST_DIGITS} digits at least.`,
    );
  const given = toText(values['scope']);
  const scope = given === undefined ? undefined : parseScope(given);
  if (given !== undefined && scope === undefined)
    throw new UsageError('--scope must be like main, release/1.2, pr/7 or user/ann.');
  const tenant = toTenant(values['tenant']);
  const entries = await open(placeFlags(values));
  const found: EntryName[] = [];
  const isMeant = (name: EntryName): boolean =>
    name.tenant === tenant && name.key.startsWith(key) && (scope === undefined || name.scope === scope);
  unwrap(await entries.scan(({ name }) => void (isMeant(name) && found.push(name))));
  for (const name of found) {
    unwrap(await entries.delete(name));
    print(`Removed ${name.key} of ${name.protocol} from ${name.scope}.`);
  }
  if (found.length === 0) throw new UsageError('There is no such entry.');
}
