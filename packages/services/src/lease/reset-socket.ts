import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { rmSync } from 'node:fs';
import type { ServiceFailure } from '@tr/model';
import type { EngineLease } from '../engine.js';
import { toDetail } from '../service-error.js';
import { bringBack } from './bring-back.js';

/** Where a task asks for a reset of what it has. */
export interface ResetSocket {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * HTTP on a socket that only this user can reach: `GET /` lists the lease's services, `POST /reset?service=<name>` brings
 * the task's database back to its state, with `&worker=<i>` (from 0) that of a worker. Answers are JSON.
 */
export async function openResetSocket(path: string, leases: readonly EngineLease[]): Promise<ResetSocket> {
  const server = createServer((request, response) => {
    void answer(request, leases)
      // A bug of ours is no reason to end the run from here.
      .catch((error: unknown) => problem(500, toDetail(error)))
      .then(({ status, body }) => send(response, status, body));
  });
  await listen(server, path);
  server.unref();
  return {
    path,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(path, { force: true });
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(request: IncomingMessage, leases: readonly EngineLease[]): Promise<Answer> {
  const base = 'http://localhost';
  const path = request.url ?? '/';
  const url = new URL(URL.canParse(path, base) ? path : '/', base);
  if (request.method === 'GET' && url.pathname === '/')
    return { status: 200, body: { services: leases.map(describe) } };
  if (request.method !== 'POST' || url.pathname !== '/reset') return problem(404, 'no such call: GET / or POST /reset');
  const lease = leases.find(({ service }) => service.name === url.searchParams.get('service'));
  if (lease === undefined) return problem(404, 'the task has no such service');
  const worker = url.searchParams.get('worker');
  if (worker !== null && !(/^\d{1,6}$/.test(worker) && Number(worker) < lease.workers.length)) {
    return problem(404, 'the task has no such worker');
  }
  const done = await bringBack(lease, { worker: worker === null ? undefined : Number(worker) });
  return done.ok ? { status: 200, body: { reset: lease.service.name } } : problem(500, toText(done.failure));
}

function describe({ service, workers }: EngineLease): unknown {
  return { name: service.name, kind: service.kind, workers: workers.length };
}

function problem(status: number, problemText: string): Answer {
  return { status, body: { problem: problemText } };
}

/** The code, and what the failure says beside it: this answer is read by a program or in its log. */
function toText(failure: ServiceFailure): string {
  if ('detail' in failure) return `${failure.code}: ${failure.detail}`;
  return 'what' in failure ? `${failure.code}: ${failure.what}` : failure.code;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${JSON.stringify(body)}\n`);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}
