import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestTrace } from '../session/request-trace.js';

/** What `/metrics` shows. No label comes from a client: protocols, methods and statuses only. */
export interface Metrics {
  note(request: ServedRequest): void;
  noteEvicted(count: number): void;
  noteLoginFailure(): void;
  noteUnexpected(): void;
  /** In the text format of Prometheus; `others` are the {@link values} of other processes of this server. */
  text(others?: readonly unknown[]): Promise<string>;
  /** All there is, as data. */
  values(): Promise<unknown>;
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

/** What is looked up when somebody asks. */
export interface MeasuredState {
  readonly stored: () => { readonly bytes: number; readonly entries: number };
  /** Processes of this server that should serve and do not. */
  readonly missingWorkers: () => number;
}

/** Counters of one server. */
export function createMetrics({ stored, missingWorkers }: MeasuredState): Metrics {
  const registry = new Registry();
  const counter = (name: string, help: string, labelNames: readonly string[] = []): Counter =>
    new Counter({ name: `tr_cache_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  const requests = counter('requests_total', 'Requests answered.', ['protocol', 'method', 'status']);
  const lookups = counter('lookups_total', 'Lookups of entries.', ['protocol', 'outcome']);
  const writes = counter('stored_total', 'Entries stored.', ['protocol']);
  const received = counter('received_bytes_total', 'Bytes of request bodies.', ['protocol']);
  const sent = counter('sent_bytes_total', 'Bytes of answers.', ['protocol']);
  const damaged = counter('damaged_total', 'Entries and bodies found to be not what they were stored as.');
  const evicted = counter('evicted_total', 'Entries evicted.');
  const failures = counter('login_failures_total', 'Requests with a missing or wrong credential.');
  const unexpected = counter('unexpected_errors_total', 'Errors that nobody foresaw; the log has each.');
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
      // Every process of a server says the same.
      aggregator: 'first',
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('stored_bytes', 'Bytes of all entries.', () => stored().bytes);
  gauge('stored_entries', 'Number of all entries.', () => stored().entries);
  gauge('missing_workers', 'Worker processes that should serve and do not.', missingWorkers);

  const tallies = new Map<string, Tally>();
  let last: Tally | undefined;
  const settle = (): void => {
    last = undefined;
    for (const { labels, count, hits, misses, stored: kept, bytesIn, bytesOut } of tallies.values()) {
      const { protocol } = labels;
      requests.inc(labels, count);
      if (hits > 0) lookups.inc({ protocol, outcome: 'hit' }, hits);
      if (misses > 0) lookups.inc({ protocol, outcome: 'miss' }, misses);
      if (kept > 0) writes.inc({ protocol }, kept);
      received.inc({ protocol }, bytesIn);
      sent.inc({ protocol }, bytesOut);
    }
    tallies.clear();
  };
  return {
    note: (request) => {
      if (last === undefined || !isOf(last, request)) last = tallyOf(tallies, request);
      addTo(last, request);
      if (request.trace.damaged > 0) damaged.inc(request.trace.damaged);
      seconds.observe({ protocol: request.protocol }, request.seconds);
    },
    noteEvicted: (count) => evicted.inc(count),
    noteLoginFailure: () => failures.inc(),
    noteUnexpected: () => unexpected.inc(),
    text: async (others = []) => {
      settle();
      if (others.length === 0) return await registry.metrics();
      const all = [await registry.getMetricsAsJSON(), ...others];
      return await AggregatorRegistry.aggregate(all as object[]).metrics();
    },
    values: async () => {
      settle();
      return await registry.getMetricsAsJSON();
    },
  };
}

/** Requests of one kind since the counters were last looked at: a counter costs more to raise than a field. */
interface Tally {
  readonly labels: { readonly protocol: string; readonly method: string; readonly status: string };
  readonly status: number;
  count: number;
  hits: number;
  misses: number;
  stored: number;
  bytesIn: number;
  bytesOut: number;
}

function isOf({ labels, status }: Tally, request: ServedRequest): boolean {
  return status === request.status && labels.method === request.method && labels.protocol === request.protocol;
}

function tallyOf(tallies: Map<string, Tally>, { protocol, method, status }: ServedRequest): Tally {
  const name = `${protocol} ${method} ${status}`;
  let tally = tallies.get(name);
  if (tally === undefined) {
    const labels = { protocol, method, status: String(status) };
    tally = { labels, status, count: 0, hits: 0, misses: 0, stored: 0, bytesIn: 0, bytesOut: 0 };
    tallies.set(name, tally);
  }
  return tally;
}

function addTo(tally: Tally, { trace, bytesIn, bytesOut }: ServedRequest): void {
  tally.count++;
  tally.hits += trace.hits;
  tally.misses += trace.misses;
  tally.stored += trace.stored;
  tally.bytesIn += bytesIn;
  tally.bytesOut += bytesOut;
}
