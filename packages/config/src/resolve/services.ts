import { InvariantError, sorted, type ReadinessSpec, type ServiceDefinition } from '@tr/model';
import { parseDuration } from '../formats/duration.js';
import type { RootValue } from '../schema/config-schema.js';

type ServiceValue = NonNullable<RootValue['services']>[string];

/** Fills in the defaults of every service; they match the schema's `default`s. */
export function resolveServices(services: RootValue['services']): ReadonlyMap<string, ServiceDefinition> {
  const names = sorted(Object.keys(services ?? {}));
  return new Map(names.map((name) => [name, resolveService(name, services?.[name] ?? {})]));
}

function resolveService(name: string, value: ServiceValue): ServiceDefinition {
  return {
    name,
    kind: value.type ?? 'command',
    version: value.version,
    url: value.url,
    command: value.command,
    database: value.database ?? 'app',
    workerDatabase: value.workerDatabase ?? '{database}_{n}',
    extensions: sorted(value.extensions ?? []),
    locale: value.locale,
    settings: toTexts(value.settings ?? {}),
    env: value.env,
    scheme: value.scheme,
    storage: value.storage ?? 'auto',
    ready: resolveReady(value.ready ?? {}),
  };
}

function toTexts(settings: Readonly<Record<string, string | number | boolean>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
}

function resolveReady(ready: NonNullable<ServiceValue['ready']>): ReadinessSpec {
  return {
    tcp: ready.tcp ?? true,
    http: ready.http,
    log: ready.log,
    exec: ready.exec,
    startPeriodMs: toMilliseconds(ready.startPeriod ?? '0s'),
    intervalMs: toMilliseconds(ready.interval ?? '100ms'),
    timeoutMs: toMilliseconds(ready.timeout ?? '60s'),
  };
}

function toMilliseconds(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new InvariantError('a duration was not validated');
  return milliseconds;
}
