import { InvariantError, sorted, type ReadinessSpec, type ServiceDefinition } from '@tr/model';
import { parseDuration } from '../formats/duration.js';
import type { RootValue } from '../schema/config-schema.js';
import { SERVICES_SCHEMA } from '../schema/services.js';

type ServiceValue = NonNullable<RootValue['services']>[string];

const DEFAULTS = SERVICES_SCHEMA.additionalProperties.properties;

/** Fills in the defaults of every service. */
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
    database: value.database ?? DEFAULTS.database.default,
    workerDatabase: value.workerDatabase ?? DEFAULTS.workerDatabase.default,
    extensions: sorted(value.extensions ?? []),
    locale: value.locale,
    settings: toTexts(value.settings ?? {}),
    env: value.env,
    scheme: value.scheme,
    storage: value.storage ?? DEFAULTS.storage.default,
    ready: resolveReady(value.ready ?? {}),
  };
}

function toTexts(settings: Readonly<Record<string, string | number | boolean>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
}

function resolveReady(ready: NonNullable<ServiceValue['ready']>): ReadinessSpec {
  const { tcp, startPeriod, interval, timeout } = DEFAULTS.ready.properties;
  return {
    tcp: ready.tcp ?? tcp.default,
    http: ready.http,
    log: ready.log,
    exec: ready.exec,
    startPeriodMs: toMilliseconds(ready.startPeriod ?? startPeriod.default),
    intervalMs: toMilliseconds(ready.interval ?? interval.default),
    timeoutMs: toMilliseconds(ready.timeout ?? timeout.default),
  };
}

function toMilliseconds(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new InvariantError('a duration was not validated');
  return milliseconds;
}
