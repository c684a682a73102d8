import type { Identity } from '../auth/identity.js';
import type { ServedRequest } from './metrics.js';

/** A request that is over, with who sent it. */
export interface AnsweredRequest extends ServedRequest {
  /** Made by this server. */
  readonly id: string | undefined;
  readonly identity: Identity | undefined;
  /** The client went away before the end. */
  readonly isCut: boolean;
}
