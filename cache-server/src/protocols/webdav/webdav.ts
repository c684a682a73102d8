import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerGet, answerPut } from '../../http/entry-routes.js';
import { Problem } from '../../http/problem.js';
import { readSmallBody } from '../../http/read-body.js';
import type { EntryKey } from '../../session/cache-session.js';
import type { Protocol, ProtocolHost } from '../protocol.js';
import { describeCollection, describeFile } from './multistatus.js';

const ROOT = '/webdav/';
/** Segments that are neither empty nor lead anywhere; a slash at the end makes a collection. */
const PATH = /^(?:(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~+@=,-]{1,128}(?:\/|$)){0,16}$/;
const MAX_QUESTION_BYTES = 64 * 1024;
const METHODS = 'OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, MKCOL';

/**
 * As much of WebDAV (RFC 4918) as a compiler cache such as sccache asks for, `/webdav/…`. Files only: collections are names
 * that end in a slash, are always there and list nothing, so a client that makes them before it writes is content. The
 * last write stays.
 */
export const webdav: Protocol = {
  name: 'webdav',
  register(app, host) {
    for (const method of ['PROPFIND', 'MKCOL']) app.addHttpMethod(method, { hasBody: true });
    app.get(`${ROOT}*`, async (request, reply) => {
      return await answerGet({ request, reply }, { session: host.session(request), key: fileKey(request) });
    });
    app.put(`${ROOT}*`, async (request, reply) => {
      const target = { session: host.session(request), key: fileKey(request) };
      return await answerPut({ request, reply: reply.code(201) }, target, { mode: 'replace' });
    });
    app.delete(`${ROOT}*`, async (request, reply) => {
      await host.session(request).remove(fileKey(request));
      return await reply.code(204).send();
    });
    app.options(`${ROOT}*`, (_request, reply) => reply.headers({ dav: '1', allow: METHODS }).send(''));
    app.route({
      method: 'PROPFIND',
      url: `${ROOT}*`,
      handler: async (request, reply) => await answerProperties(host, request, reply),
    });
    app.route({
      method: 'MKCOL',
      url: `${ROOT}*`,
      handler: async (request, reply) => await answerMake(request, reply),
    });
  },
};

async function answerProperties(
  host: ProtocolHost,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // Whatever is asked for, all there is is told.
  await readSmallBody(request, MAX_QUESTION_BYTES);
  const path = readPath(request);
  void reply.code(207).type('application/xml; charset=utf-8');
  if (isCollection(path)) return await reply.send(describeCollection(`${ROOT}${path}`));
  const entry = await host.session(request).find({ instance: '', key: path });
  if (entry === undefined) throw new Problem('not-found');
  return await reply.send(describeFile(`${ROOT}${path}`, entry));
}

async function answerMake(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  await readSmallBody(request, 0);
  readPath(request);
  return await reply.code(201).send('');
}

function fileKey(request: FastifyRequest): EntryKey {
  const path = readPath(request);
  if (isCollection(path)) throw new Problem('wrong-method', 'a collection');
  return { instance: '', key: path };
}

function isCollection(path: string): boolean {
  return path === '' || path.endsWith('/');
}

function readPath(request: FastifyRequest): string {
  const { '*': path } = request.params as { readonly '*': string };
  if (!PATH.test(path)) throw new Problem('bad-request', 'a path of another form');
  return path;
}
