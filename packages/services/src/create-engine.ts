import type { ServiceDefinition } from '@tr/model';
import { createCommandKind } from './command/command-kind.js';
import type { Engine, EngineContext, GivenEngine } from './engine.js';
import { GivenSqlEngine } from './given/given-sql-engine.js';
import { createGivenMysqlKind } from './mysql/given/given-mysql-kind.js';
import { createMysqlKind } from './mysql/mysql-kind.js';
import { OwnServerEngine } from './own-server/own-server-engine.js';
import { createGivenPostgresKind } from './postgres/given/given-postgres-kind.js';
import { PostgresEngine } from './postgres/postgres-engine.js';
import { GivenRedisEngine } from './redis/given-redis-engine.js';
import { createRedisKind } from './redis/redis-kind.js';
import { ServiceError } from './service-error.js';

/** The engine of a kind of service, ours or given. Throws `service/unsupported`. */
export function createEngine(
  service: ServiceDefinition,
  context: EngineContext,
  platform: NodeJS.Platform = process.platform,
): Engine {
  const { kind, name } = service;
  // Sockets in the file system, groups of processes and signals are what all of them are made of.
  if (platform === 'win32')
    throw new ServiceError({
      code: 'service/unsupported',
      service: name,
      kind,
      what: 'to run on Windows outside of WSL',
    });
  if (isGiven(service, context.options.environment)) return createGivenEngine(service, context);
  switch (kind) {
    case 'postgres':
      return new PostgresEngine(context);
    case 'redis':
      return new OwnServerEngine(context, createRedisKind(context));
    case 'mysql':
    case 'mariadb':
      return new OwnServerEngine(context, createMysqlKind(context));
    case 'command':
      return new OwnServerEngine(context, createCommandKind(context));
  }
}

/** The engine of a service that is given. Throws `service/unsupported`. */
export function createGivenEngine({ name, kind }: ServiceDefinition, context: EngineContext): GivenEngine {
  switch (kind) {
    case 'postgres':
      return new GivenSqlEngine(createGivenPostgresKind(context));
    case 'redis':
      return new GivenRedisEngine(context);
    case 'mysql':
    case 'mariadb':
      return new GivenSqlEngine(createGivenMysqlKind(context));
    case 'command':
      throw new ServiceError({ code: 'service/unsupported', service: name, kind, what: 'to be given by `url`' });
  }
}

/** Whether the service's server runs already: its `url` is an address, or a variable that is set. */
export function isGiven({ url }: ServiceDefinition, environment: Readonly<Record<string, string>>): boolean {
  if (url === undefined) return false;
  return !url.startsWith('$') || (environment[url.slice(1)] ?? '') !== '';
}
