import type { Shutdown, ShutdownRequest } from './ports.js';

/** Signals that end a run. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The part of `process` that delivers signals. */
export interface SignalSource {
  on(signal: ShutdownRequest['signal'], listener: () => void): unknown;
  off(signal: ShutdownRequest['signal'], listener: () => void): unknown;
}

/** A {@link Shutdown} that listens until it is disposed of. */
export interface SignalShutdown extends Shutdown {
  dispose(): void;
}

/**
 * Listens for SIGINT, SIGTERM and SIGHUP on `source`. The first one asks for an orderly end, any later one is forced;
 * the signal of the first one is kept, as it decides the exit code.
 */
export function createShutdown(source: SignalSource): SignalShutdown {
  const listeners = new Set<(request: ShutdownRequest) => void>();
  let requested: ShutdownRequest | undefined;
  const receive = (signal: ShutdownRequest['signal']): void => {
    requested = requested === undefined ? { signal, force: false } : { signal: requested.signal, force: true };
    for (const listener of listeners) listener(requested);
  };
  const handlers = SIGNALS.map((signal) => ({ signal, handle: () => receive(signal) }));
  for (const { signal, handle } of handlers) source.on(signal, handle);
  return {
    get requested() {
      return requested;
    },
    onRequest: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose: () => {
      for (const { signal, handle } of handlers) source.off(signal, handle);
      listeners.clear();
    },
  };
}
