import type { ServiceDefinition, ServicePart } from '@tr/model';
import type { ServiceAddress } from '../ports.js';

/** The names that the engines' own clients and the frameworks read. `command` has no usual names but its own. */
const USUAL: Readonly<Record<ServiceDefinition['kind'], Readonly<Record<string, ServicePart>>>> = {
  postgres: {
    DATABASE_URL: 'url',
    PGHOST: 'host',
    PGPORT: 'port',
    PGUSER: 'user',
    PGPASSWORD: 'password',
    PGDATABASE: 'database',
  },
  mysql: mysqlNames(),
  mariadb: mysqlNames(),
  redis: { REDIS_URL: 'url' },
  command: {},
};
/** Of a worker's address only what differs from the task's is told, unless configuration names more. */
const USUAL_OF_WORKER: Readonly<Record<ServiceDefinition['kind'], readonly ServicePart[]>> = {
  postgres: ['url', 'database'],
  mysql: ['url', 'database', 'host', 'port', 'password', 'socket'],
  mariadb: ['url', 'database', 'host', 'port', 'password', 'socket'],
  redis: ['url'],
  command: ['url', 'host', 'port', 'socket'],
};

/** Settings of one service: the task's own, and `…_<i>` (from 0) for each worker. */
export function toEnvironment(
  service: ServiceDefinition,
  own: ServiceAddress,
  workers: readonly ServiceAddress[],
): Readonly<Record<string, string>> {
  const names = service.env ?? { ...USUAL[service.kind], ...(service.kind === 'command' ? commandNames(service) : {}) };
  const parts = service.env === undefined ? USUAL_OF_WORKER[service.kind] : Object.values(service.env);
  const settings: Record<string, string> = {};
  for (const [name, part] of Object.entries(names)) {
    put(settings, name, partOf(service, own, part));
    if (!parts.includes(part)) continue;
    for (const [index, address] of workers.entries()) put(settings, `${name}_${index}`, partOf(service, address, part));
  }
  return settings;
}

function partOf({ scheme }: ServiceDefinition, address: ServiceAddress, part: ServicePart): string | undefined {
  const text = address[part];
  return part === 'url' && scheme !== undefined ? text?.replace(/^[a-z][a-z0-9+.-]*(?=:)/i, scheme) : text;
}

function put(settings: Record<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined) settings[name] = value;
}

/** `mail-catcher` -> `MAIL_CATCHER_URL` and so on. */
function commandNames({ name }: ServiceDefinition): Readonly<Record<string, ServicePart>> {
  const prefix = name.replaceAll(/[^A-Za-z0-9]/g, '_').toUpperCase();
  return { [`${prefix}_URL`]: 'url', [`${prefix}_HOST`]: 'host', [`${prefix}_PORT`]: 'port' };
}

function mysqlNames(): Readonly<Record<string, ServicePart>> {
  return {
    DATABASE_URL: 'url',
    MYSQL_HOST: 'host',
    MYSQL_TCP_PORT: 'port',
    MYSQL_UNIX_PORT: 'socket',
    MYSQL_USER: 'user',
    MYSQL_PWD: 'password',
    MYSQL_DATABASE: 'database',
  };
}
