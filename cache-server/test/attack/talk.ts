import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Role, Target } from './attack.js';

/** A hash that no other attack uses. */
export function freshHash(): string {
  return randomBytes(8).toString('hex');
}

/** Path of an artifact as a client of this role asks for it. */
export function artifactPath(target: Target, role: Role, hash: string): string {
  return `/v8/artifacts/${hash}?slug=${target.team(role)}`;
}

/** A request; its status and its text. */
export async function ask(
  url: string,
  options: RequestInit & { readonly token?: string } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { token, headers, ...rest } = options;
  const login: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { ...rest, headers: { ...login, ...(headers as object) } });
  return { status: response.status, text: await response.text() };
}

/** Stores an artifact. */
export async function put(target: Target, role: Role, hash: string, body: string): Promise<number> {
  const options = { method: 'PUT', token: target.token(role), body, headers: OCTETS };
  return (await ask(`${target.url}${artifactPath(target, role, hash)}`, options)).status;
}

/** Reads an artifact: its text, or the status. */
export async function get(target: Target, role: Role, hash: string): Promise<string | number> {
  const { status, text } = await ask(`${target.url}${artifactPath(target, role, hash)}`, { token: target.token(role) });
  return status === 200 ? text : status;
}

/** What every artifact is sent as. */
export const OCTETS = { 'content-type': 'application/octet-stream' } as const;

/** Bytes as they are, then the end; what came back until the server closed, too. `fetch` would tidy them up. */
export async function sendRaw(target: Target, bytes: string): Promise<string> {
  const socket = connect(target.port, new URL(target.url).hostname);
  socket.setTimeout(5000, () => socket.destroy());
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.on('error', () => {});
  socket.end(bytes, 'latin1');
  await closed;
  return answer;
}

/** The statuses in an answer, in order. */
export function statuses(answer: string): readonly number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
