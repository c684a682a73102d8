import { findNearest, toError, type Diagnostic, type ServiceDefinition } from '@tr/model';
import type { TaskEntry } from '../parse/parsed-config.js';
import type { TaskValue } from '../schema/config-schema.js';
import { EXTENDS_MARKER } from '../formats/markers.js';

/** Checks the services a task names, after merging; `entry` is where the blame goes. */
export function checkTaskServices(
  task: TaskValue,
  entry: TaskEntry,
  services: ReadonlyMap<string, ServiceDefinition>,
): readonly Diagnostic[] {
  const named = (task.services ?? []).filter((name) => name !== EXTENDS_MARKER);
  const ofSnapshot = task.snapshot === undefined ? [] : [task.snapshot.service];
  const wanted = new Set([...named, ...ofSnapshot]);
  const unknown = [...wanted].filter((name) => !services.has(name));
  return [
    ...unknown.map((service) => {
      const at = named.includes(service) ? entry.position('services', service) : entry.position('snapshot', service);
      const nearest = findNearest(service, services.keys());
      return toError({ code: 'config/unknown-service', at, service, nearest });
    }),
    ...checkVariables(
      [...wanted].flatMap((name) => services.get(name) ?? []),
      entry,
    ),
  ];
}

function checkVariables(services: readonly ServiceDefinition[], entry: TaskEntry): readonly Diagnostic[] {
  const owners = new Map<string, string>();
  for (const service of services) {
    for (const variable of variablesOf(service)) {
      const other = owners.get(variable);
      owners.set(variable, service.name);
      if (other === undefined) continue;
      const at = entry.position('services', service.name);
      return [toError({ code: 'config/same-variables', at, services: [other, service.name], variable })];
    }
  }
  return [];
}

/** The variable that tells two services apart: of the usual names the address is enough. */
function variablesOf({ name, kind, env }: ServiceDefinition): readonly string[] {
  if (env !== undefined) return Object.keys(env);
  switch (kind) {
    case 'postgres':
    case 'mysql':
    case 'mariadb':
      return ['DATABASE_URL'];
    case 'redis':
      return ['REDIS_URL'];
    case 'command':
      return [`${name.toUpperCase().replaceAll('-', '_')}_URL`];
  }
}
