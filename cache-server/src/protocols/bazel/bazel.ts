import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../http/problem.js';
import { announcedLength, bodyStream, expectedLength, readSmallBody } from '../../http/read-body.js';
import { sendEntry } from '../../http/send.js';
import type { Protocol, ProtocolHost } from '../protocol.js';
import { BazelCache, type ResultForm } from './bazel-cache.js';
import { REMOTE_API } from './remote-api.js';
import { EMPTY_HASH } from './cas-digest.js';

/** Any instance, which may have slashes, then the store and a SHA-256. */
const PATH = /^(?:(?<instance>[A-Za-z0-9._~/-]{1,256})\/)?(?<store>ac|cas)\/(?<hash>[0-9a-f]{64})$/;
const JSON_TYPE = /\bapplication\/json\b/;

/**
 * Bazel's HTTP cache, `[/instance]/{ac,cas}/{sha256}`, which moon speaks too (with action results in JSON). Content of the
 * CAS is checked against its name. Shares its entries with the gRPC API.
 */
export const bazel: Protocol = {
  name: 'bazel',
  rpcs: REMOTE_API,
  register(app, host) {
    // Other protocols have paths of their own; what is left is looked at here.
    app.get('/*', async (request, reply) => await answerRead(host, request, reply));
    app.put('/*', async (request, reply) => await answerWrite(host, request, reply));
    app.get('/status', { config: { isPublic: true } }, (_request, reply) => reply.send({ status: 'ok' }));
  },
};

interface Target {
  readonly instance: string;
  readonly store: string;
  readonly hash: string;
}

function readTarget(request: FastifyRequest): Target {
  const { '*': path } = request.params as { readonly '*': string };
  const { instance = '', store, hash } = PATH.exec(path)?.groups ?? {};
  if (store === undefined || hash === undefined) throw new Problem('not-found');
  return { instance, store, hash };
}

async function answerRead(host: ProtocolHost, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { instance, store, hash } = readTarget(request);
  const session = host.session(request);
  const cache = new BazelCache(session, instance);
  if (store === 'cas' && hash === EMPTY_HASH) return await reply.type('application/octet-stream').send(Buffer.alloc(0));
  const form = formOf(request.headers.accept);
  const entry = store === 'cas' ? await cache.findBlob(hash) : await cache.findResult(hash, form);
  if (entry === undefined) throw new Problem('not-found');
  const isJson = store === 'ac' && form === 'json';
  return await sendEntry(
    reply,
    { session, entry },
    { contentType: isJson ? 'application/json' : 'application/octet-stream' },
  );
}

async function answerWrite(host: ProtocolHost, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { instance, store, hash } = readTarget(request);
  const cache = new BazelCache(host.session(request), instance);
  if (store === 'ac') {
    const form = formOf(request.headers['content-type']);
    await cache.putResult(hash, form, { body: bodyStream(request), length: announcedLength(request) });
  } else if (hash === EMPTY_HASH) {
    // moon announces no length of an empty file, which is what HTTP means by none.
    await readSmallBody(request, 0);
  } else {
    // The digest tells whether all of it came.
    await cache.putBlob({ hash }, bodyStream(request), expectedLength(request));
  }
  return await reply.send('');
}

function formOf(header: string | undefined): ResultForm {
  return JSON_TYPE.test(header ?? '') ? 'json' : 'protobuf';
}
