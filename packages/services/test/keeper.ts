// A process that starts servers which outlive it, and ends.
import type { ServiceDefinition } from '@tr/model';
import { createKeptServices } from '../src/index.js';

interface KeeperRequest {
  readonly options: { readonly root: string; readonly directory: string };
  readonly services: readonly ServiceDefinition[];
}

const { options, services } = JSON.parse(process.argv[2] ?? '') as KeeperRequest;
const environment = { PATH: process.env['PATH'] ?? '' };
const kept = createKeptServices({ ...options, environment, now: Date.now, warn: () => undefined });
for (const service of services) {
  const started = await kept.up({ service, state: undefined }, new AbortController().signal);
  if (!started.ok) {
    process.stdout.write(JSON.stringify(started.failure));
    process.exitCode = 1;
  }
}
