import type { ServiceFailure } from '@tr/model';
import { printable } from '../text/printable.js';
import type { Words } from './words.js';

/** Words for trouble with a service of a task. */
export function describeServiceFailure(failure: ServiceFailure): Words {
  const service = `The service \`${printable(failure.service)}\``;
  switch (failure.code) {
    case 'service/not-found':
      return {
        what: `${service} needs ${failure.kind}${failure.version === undefined ? '' : ` ${failure.version}`}, which is not on this machine${failure.found.length === 0 ? '' : ` (there is ${failure.found.join(', ')})`}.`,
        next: `${describeInstall(failure)} put it in PATH, or give the \`url\` of a server that runs already.`,
      };
    case 'service/start-failed':
      if (MISSING_EXTENSION.test(failure.detail)) return describeMissingExtension(service, failure.detail);
      return { what: `${service} did not start: ${failure.detail}.${tail(failure)}`, next: whereLog(failure.logPath) };
    case 'service/not-ready':
      return {
        what: `${service} was not ready after ${failure.timeoutMs / 1000} s: ${failure.check}.${tail(failure)}`,
        next: `${whereLog(failure.logPath)} \`ready.timeout\` says how long it may take.`,
      };
    case 'service/unreachable':
      if (failure.scheme !== undefined) return describeWrongAddress(service, failure.host, failure.scheme);
      return {
        what: `${service} cannot be reached at \`${printable(failure.host)}\`: ${failure.detail}.`,
        next: 'Check its `url`, and that the server runs and lets this user in.',
      };
    case 'service/foreign-database':
      return describeForeign(service, failure);
    case 'service/state-unusable':
      return { what: `${service}: a stored state cannot be used: ${failure.detail}.` };
    case 'service/capture-failed':
      return { what: `${service}: its state cannot be stored: ${failure.detail}.` };
    case 'service/two-states':
      return {
        what: `${service}: ${failure.tasks.map((task) => `\`${printable(task)}\``).join(' and ')} leave states of it that do not build upon each other, and a task needs both.`,
        next: 'Let one of them depend on the other.',
      };
    case 'service/state-left-out':
      return {
        what: `${service}: its state comes from \`${printable(failure.task)}\`, which \`--only\` leaves out.`,
        next: 'Leave `--only` away: what is stored is not made again.',
      };
    case 'service/no-space':
      return {
        what: `${service}: there is no room for its ${failure.holds ?? 'data'} in \`${printable(failure.path)}\`.`,
        next:
          failure.holds === 'state'
            ? 'Free space there, then run again.'
            : 'Free space there, or choose another place with `storage`.',
      };
    case 'service/unsupported':
      return { what: `${service} is of kind ${failure.kind}, which cannot do this: ${failure.what}.` };
  }
}

/** Debian's packages. */
const PACKAGES: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  mysql: 'default-mysql-server',
  mariadb: 'mariadb-server',
  redis: 'redis-server',
};

/** Where another version is there, a package of this name would be the one that is there. */
function describeInstall({ kind, found }: Extract<ServiceFailure, { code: 'service/not-found' }>): string {
  const name = found.length === 0 ? PACKAGES[kind] : undefined;
  return name === undefined ? 'Install it,' : `Install it (Debian: \`${name}\`),`;
}

/** What PostgreSQL says to `create extension`. */
const MISSING_EXTENSION = /^extension ".*" is not available$/;

function describeMissingExtension(service: string, detail: string): Words {
  return {
    what: `${service} did not start: ${printable(detail)} on the PostgreSQL of this machine.`,
    next: 'Install the package of this version that has it (Debian: `postgresql-contrib`, `postgresql-15-postgis-3`), or take it out of `extensions`.',
  };
}

function describeWrongAddress(service: string, setting: string, scheme: string): Words {
  return {
    what: `${service} cannot be reached: \`${printable(setting)}\` is no \`${scheme}\` address.`,
    next: `Write \`${scheme}user:password@host:port/database\`; other characters in the password are percent-encoded.`,
  };
}

function describeForeign(
  service: string,
  failure: Extract<ServiceFailure, { code: 'service/foreign-database' }>,
): Words {
  const database = `${service}: the database \`${printable(failure.database)}\` on the given server`;
  const next = 'Name another `database`, or drop it if nobody needs it.';
  switch (failure.why ?? 'filled') {
    case 'filled':
      return { what: `${database} is not ours and not empty; it is left alone.`, next };
    case 'there':
      return { what: `${database} is there already; it is left alone.`, next };
    case 'kept':
      return {
        what: `${database} is the one that \`tr services up\` has made for you; it is left alone.`,
        next: 'Stop it with `tr services down`, or name another `database`.',
      };
  }
}

function tail({ logTail }: { readonly logTail: readonly string[] }): string {
  return logTail.length === 0 ? '' : ` Its log ends with "${logTail.map(printable).join(' | ')}".`;
}

function whereLog(path: string | undefined): string {
  return path === undefined ? 'It wrote no log.' : `The whole log is in \`${printable(path)}\`.`;
}
