import type { ServiceDefinition } from '@tr/model';
import type { ServiceAddress } from '../ports.js';
import { ServiceError } from '../service-error.js';

/** The address of a service, or that in the variable it names; of one of these schemes. Throws `service/unreachable`. */
export function readGivenUrl(
  { url = '', name: service }: ServiceDefinition,
  environment: Readonly<Record<string, string>>,
  schemes: readonly string[],
): URL {
  const text = readUrlText(url, environment);
  const read = URL.canParse(text) ? new URL(text) : undefined;
  if (read !== undefined && schemes.includes(read.protocol.slice(0, -1)) && hasReadableParts(read)) return read;
  const host = url.startsWith('$') ? url : 'url';
  const scheme = `${schemes[0]}://`;
  throw new ServiceError({ code: 'service/unreachable', service, host, detail: `it is no ${scheme} address`, scheme });
}

/** False when a name, password or path has a `%` that encodes nothing. */
function hasReadableParts({ username, password, pathname }: URL): boolean {
  try {
    // Each by itself: what one begins, another one does not end.
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** The text of a `url`: itself, or that of the variable it names. */
export function readUrlText(url: string, environment: Readonly<Record<string, string>>): string {
  return url.startsWith('$') ? (environment[url.slice(1)] ?? '') : url;
}

/** The address of another database of the same server. */
export function withDatabase(url: URL, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.toString();
}

/** How a server is reached, apart from what the address names on it. */
export interface ServerAccount {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Takes an address apart; an IPv6 address loses its brackets. */
export function accountOf(url: URL, defaultPort: number): ServerAccount {
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

/** What a task is told of a database on the server. */
export function toDatabaseAddress(url: URL, database: string, defaultPort: number): ServiceAddress {
  const account = accountOf(url, defaultPort);
  return { url: withDatabase(url, database), ...account, port: String(account.port), database };
}
