/**
 * Servers that tasks need, ready and isolated.
 * Owns: providers (a given server, programs on the machine, the npm-shipped PostgreSQL), ports and sockets, readiness,
 * data directories, lifetime, clones per worker, states as files.
 * Refuses: knowing which state a task starts from, what is stored and under which key.
 * Terms: a lease is the services of one task; a state is the content of a service as one file.
 */
export { createServiceHost } from './host.js';
export { createKeptServices } from './kept.js';
export { sweepEmpty } from './place/sweep-empty.js';
export type {
  KeptService,
  KeptServices,
  KeptState,
  LeaseRequest,
  ServiceHost,
  ServiceHostOptions,
  ServiceIdentity,
  ServiceLease,
  ServiceRequest,
  StoredState,
} from './ports.js';
