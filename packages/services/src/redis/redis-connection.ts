import { createConnection, type Socket } from 'node:net';

/** A reply: text of a simple or bulk string, a number, null, or a list of those. */
export type RedisReply = string | number | null | readonly RedisReply[];

/** Longest reply we ask for, bytes. */
const MAX_REPLY = 8 * 1024 * 1024;

/** One connection to a Redis server (RESP 2), for the few calls we have. */
export class RedisConnection {
  readonly #socket: Socket;
  #last: Promise<unknown> = Promise.resolve();
  #received = Buffer.alloc(0);
  #waiting: { readonly resolve: (reply: RedisReply) => void; readonly reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#onData(bytes));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server has closed the connection')));
  }

  /** Connects to a socket file, or to a port of a host. */
  static connect(
    target: { readonly path: string } | { readonly host: string; readonly port: number },
  ): Promise<RedisConnection> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(target);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RedisConnection(socket));
      });
    });
  }

  /** Rejects with what the server says. Calls are answered one after the other. */
  call(...words: readonly string[]): Promise<RedisReply> {
    const answer = this.#last.then(() => this.#send(words));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Does all of it or nothing, with nobody else's calls in between. The replies, in order. */
  async transact(...calls: readonly (readonly string[])[]): Promise<readonly RedisReply[]> {
    const replies = await Promise.all([['MULTI'], ...calls, ['EXEC']].map((words) => this.call(...words)));
    const done = replies.at(-1);
    return Array.isArray(done) ? (done as readonly RedisReply[]) : [];
  }

  #send(words: readonly string[]): Promise<RedisReply> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) throw new Error('the connection is closed');
      this.#waiting = { resolve, reject };
      const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      this.#socket.write(`*${words.length}\r\n${parts.join('')}`);
    });
  }

  close(): void {
    this.#fail(new Error('the connection was closed'));
  }

  #onData(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    if (this.#received.length > MAX_REPLY) return this.#fail(new Error('the answer is too long'));
    const parsed = parseReply(this.#received, 0);
    if (parsed === undefined) return;
    this.#received = this.#received.subarray(parsed.end);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (parsed.reply instanceof Error) waiting?.reject(parsed.reply);
    else waiting?.resolve(parsed.reply);
  }

  #fail(error: Error): void {
    this.#socket.destroy();
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

interface Parsed {
  readonly reply: RedisReply | Error;
  readonly end: number;
}

/** Undefined = not complete yet. */
function parseReply(bytes: Buffer, at: number): Parsed | undefined {
  const line = bytes.indexOf('\r\n', at);
  if (line === -1) return undefined;
  const text = bytes.toString('utf8', at + 1, line);
  const next = line + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '+':
      return { reply: text, end: next };
    case '-':
      return { reply: new Error(text), end: next };
    case ':':
      return { reply: Number(text), end: next };
    case '$':
      return parseBulk(bytes, next, Number(text));
    case '*':
      return parseList(bytes, next, Number(text));
    default:
      return { reply: new Error('this is no Redis server'), end: bytes.length };
  }
}

function parseBulk(bytes: Buffer, at: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: at };
  if (bytes.length < at + length + 2) return undefined;
  return { reply: bytes.toString('utf8', at, at + length), end: at + length + 2 };
}

function parseList(bytes: Buffer, at: number, length: number): Parsed | undefined {
  const items: RedisReply[] = [];
  let failed: Error | undefined;
  let end = at;
  for (let index = 0; index < length; index += 1) {
    const item = parseReply(bytes, end);
    if (item === undefined) return undefined;
    if (item.reply instanceof Error) failed ??= item.reply;
    else items.push(item.reply);
    end = item.end;
  }
  return { reply: failed ?? items, end };
}
