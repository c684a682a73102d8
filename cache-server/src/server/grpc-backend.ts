import type { LoginAttempt } from '../auth/authenticator.js';
import type { Identity } from '../auth/identity.js';
import { Problem } from '../http/problem.js';
import type { Protocol } from '../protocols/protocol.js';
import type { CacheSession } from '../session/cache-session.js';
import type { SessionSubject } from '../session/session-ground.js';
import { createTrace, type RequestTrace } from '../session/request-trace.js';
import type { AnsweredRequest } from './answered-request.js';
import { clientAddress } from './client-address.js';
import { isGrpc, type GrpcBackend, type IncomingCall } from './grpc-endpoint.js';

/** What calls over gRPC need of the server; requests over HTTP have the same. */
export interface GrpcGround {
  readonly protocols: readonly Protocol[];
  readonly trustProxy: boolean;
  readonly isDraining: () => boolean;
  readonly login: (attempt: LoginAttempt) => Identity | Promise<Identity>;
  readonly session: (subject: SessionSubject) => CacheSession;
  readonly noteProblem: (problem: Problem) => void;
  readonly noteAnswer: (answer: AnsweredRequest) => void;
}

interface OpenCall {
  readonly trace: RequestTrace;
  readonly startedAt: number;
  identity: Identity | undefined;
}

/** Says who calls over gRPC, gives them their session, and notes what became of it. */
export function createGrpcBackend(ground: GrpcGround): GrpcBackend {
  const protocolOf = (path: string): Protocol | undefined =>
    ground.protocols.find(({ rpcs }) => rpcs !== undefined && Object.hasOwn(rpcs, path));
  const open = new Map<IncomingCall, OpenCall>();
  return {
    find: (path) => protocolOf(path)?.rpcs?.[path],
    open: async (call) => {
      const record: OpenCall = { trace: createTrace(), identity: undefined, startedAt: performance.now() };
      open.set(call, record);
      const { headers, path } = call;
      const address = clientAddress(call.address, headers['x-forwarded-for'], ground.trustProxy);
      if (!isGrpc(headers)) throw new Problem('wrong-version');
      if (ground.isDraining()) throw new Problem('draining');
      const identity = await ground.login({ authorization: headers.authorization, address });
      record.identity = identity;
      const protocol = protocolOf(path)?.name ?? 'server';
      return { session: ground.session({ identity, protocol, trace: record.trace }) };
    },
    served: (call, problem) => {
      const record = open.get(call);
      open.delete(call);
      if (record === undefined) return;
      if (problem !== undefined) ground.noteProblem(problem);
      ground.noteAnswer(toAnswer(call, { record, problem, protocol: protocolOf(call.path) }));
    },
  };
}

function toAnswer(
  { path }: IncomingCall,
  parts: { readonly record: OpenCall; readonly problem: Problem | undefined; readonly protocol: Protocol | undefined },
): AnsweredRequest {
  const { record, problem, protocol } = parts;
  return {
    id: undefined,
    identity: record.identity,
    isCut: false,
    protocol: protocol?.name ?? 'server',
    // A path that no protocol has is the client's word.
    method: protocol === undefined ? 'unknown' : path.slice(path.lastIndexOf('/') + 1).slice(0, 40),
    status: problem?.status ?? 200,
    seconds: (performance.now() - record.startedAt) / 1000,
    bytesIn: 0,
    bytesOut: 0,
    trace: record.trace,
  };
}
