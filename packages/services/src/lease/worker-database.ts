import type { ServiceDefinition } from '@tr/model';

/** Name of the copy of `database` that worker `index` (from 0) has, by the service's pattern. */
export function toWorkerDatabase(service: ServiceDefinition, database: string, index: number): string {
  return service.workerDatabase
    .replaceAll('{database}', database)
    .replaceAll('{n}', String(index + 1))
    .replaceAll('{i}', String(index));
}

/** The service's database, and that of each worker in order. */
export function listDatabases(service: ServiceDefinition, workers = 0): readonly string[] {
  const { database } = service;
  return [database, ...Array.from({ length: workers }, (_, index) => toWorkerDatabase(service, database, index))];
}
