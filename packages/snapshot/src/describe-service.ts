import { canonicalJson } from '@tr/hash';
import type { ServiceDefinition } from '@tr/model';
import type { ServiceIdentity } from '@tr/services';

/**
 * What of a service decides the results of a task, as text for the fingerprint: engine, and the settings that its data
 * or the task can see. Where the server runs and where its data lie decides nothing.
 */
export function describeService(service: ServiceDefinition, identity: ServiceIdentity): string {
  const { kind, command, database, workerDatabase, extensions, locale, settings, env, scheme } = service;
  return `${identity.engine} ${canonicalJson({ kind, command, database, workerDatabase, extensions, locale, settings, env, scheme })}`;
}
