import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestTrace } from '../session/request-trace.js';

/** What `/metrics` shows. No label comes from a client: protocols, methods and statuses only. */
export interface Metrics {
  note(request: ServedRequest): void;
  noteEvicted(count: number): void;
  noteLoginFailure(): void;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
}

/** A request after it was answered. */
export interface ServedRequest {
  readonly protocol: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly trace: RequestTrace;
}

/** Counters of one server. */
export function createMetrics(stored: () => { readonly bytes: number; readonly entries: number }): Metrics {
  const registry = new Registry();
  const counter = (name: string, help: string, labelNames: readonly string[] = []): Counter =>
    new Counter({ name: `tr_cache_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  const requests = counter('requests_total', 'Requests answered.', ['protocol', 'method', 'status']);
  const lookups = counter('lookups_total', 'Lookups of entries.', ['protocol', 'outcome']);
  const writes = counter('stored_total', 'Entries stored.', ['protocol']);
  const received = counter('received_bytes_total', 'Bytes of request bodies.', ['protocol']);
  const sent = counter('sent_bytes_total', 'Bytes of answers.', ['protocol']);
  const evicted = counter('evicted_total', 'Entries evicted.');
  const failures = counter('login_failures_total', 'Requests with a missing or wrong credential.');
  const seconds = new Histogram({
    name: 'tr_cache_request_seconds',
    help: 'Time from request to the end of the answer.',
    labelNames: ['protocol'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  });
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name: `tr_cache_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('stored_bytes', 'Bytes of all entries.', () => stored().bytes);
  gauge('stored_entries', 'Number of all entries.', () => stored().entries);

  return {
    note: ({ protocol, method, status, seconds: took, bytesIn, bytesOut, trace }) => {
      requests.inc({ protocol, method, status: String(status) });
      seconds.observe({ protocol }, took);
      if (trace.hits > 0) lookups.inc({ protocol, outcome: 'hit' }, trace.hits);
      if (trace.misses > 0) lookups.inc({ protocol, outcome: 'miss' }, trace.misses);
      if (trace.stored > 0) writes.inc({ protocol }, trace.stored);
      received.inc({ protocol }, bytesIn);
      sent.inc({ protocol }, bytesOut);
    },
    noteEvicted: (count) => evicted.inc(count),
    noteLoginFailure: () => failures.inc(),
    text: async () => await registry.metrics(),
  };
}
