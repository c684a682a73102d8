import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../http/problem.js';
import { readJson, readSmallBody } from '../../http/read-body.js';
import { readFields, WireError, writeFields, type WireField } from '../wire.js';

/** A method, by the fields of its messages: their names in JSON, and how they are in protobuf. */
export interface TwirpMethod {
  /** Number of a field and how to read it. */
  readonly asks: Readonly<Record<string, readonly [number, (fields: readonly WireField[], number: number) => unknown]>>;
  /** Fields of the answer from number 1 on, and what they become. */
  readonly answers: readonly (readonly [string, (value: unknown) => number | string])[];
}

const PROTOBUF = 'application/protobuf';
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Reads what a method was asked, in JSON or in protobuf. What it holds is for the caller to check. */
export async function readMessage(request: FastifyRequest, { asks }: TwirpMethod): Promise<unknown> {
  if (!isProtobuf(request)) return await readJson(request);
  const bytes = await readSmallBody(request, MAX_MESSAGE_BYTES);
  try {
    const fields = readFields(bytes);
    return Object.fromEntries(Object.entries(asks).map(([name, [number, read]]) => [name, read(fields, number)]));
  } catch (error) {
    throw error instanceof WireError ? new Problem('bad-request', 'not a message') : error;
  }
}

/** Answers in the form that was asked in. */
export async function sendMessage(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { answers }: TwirpMethod,
  answer: Readonly<Record<string, unknown>>,
): Promise<FastifyReply> {
  if (!isProtobuf(request)) return await reply.send(answer);
  const fields = answers.map(([name, toWire], at) => [at + 1, toWire(answer[name])] as const);
  return await reply.type(PROTOBUF).send(writeFields(fields));
}

/** True for a request in protobuf. */
export function isProtobuf({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.startsWith(PROTOBUF) === true;
}
