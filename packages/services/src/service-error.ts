import { fail, ok, type Result, type ServiceDefinition, type ServiceFailure } from '@tr/model';

/**
 * A failure on its way out of many nested clean-ups, where `finally` has to run at every level. Never leaves the
 * package: {@link toResult} makes a value of it at the port.
 */
export class ServiceError extends Error {
  readonly failure: ServiceFailure;

  constructor(failure: ServiceFailure, cause?: unknown) {
    super(failure.code, { cause });
    this.failure = failure;
  }
}

/** A state that cannot be brought back. */
export function toUnusable(service: ServiceDefinition, detail: string, cause: unknown): ServiceError {
  return new ServiceError({ code: 'service/state-unusable', service: service.name, detail }, cause);
}

/** The value of `work`, or the failure it ended with; everything else is a bug and is thrown on. */
export async function toResult<T>(work: () => Promise<T>): Promise<Result<T, ServiceFailure>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof ServiceError) return fail(error.failure);
    throw error;
  }
}

/** One line about something that was thrown, for a `detail`. */
export function toDetail(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.split('\n', 1)[0] ?? '';
}

/**
 * What the system refuses while a service is made ready (a read-only folder, a full disk, too many open files) is a
 * failure of the service, not a bug. Everything else stays what it is.
 */
export function asRefusal(error: unknown, service: string): unknown {
  const isOfSystem = error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
  if (error instanceof ServiceError || !isOfSystem) return error;
  const detail = toDetail(error);
  return new ServiceError({ code: 'service/start-failed', service, detail, logPath: undefined, logTail: [] }, error);
}
