import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '../src/auth/identity.js';
import { MAIN_SCOPE } from '../src/auth/scope.js';
import { requestLine } from '../src/server/request-line.js';
import { createTrace } from '../src/session/request-trace.js';

const IDENTITY: Identity = { tenant: 'a"b', scope: MAIN_SCOPE, subject: 'c\nd', mayWrite: true };
const ANSWER = {
  id: 'run-1',
  identity: IDENTITY,
  isCut: false,
  protocol: 'turborepo',
  method: 'GET',
  status: 200,
  seconds: 0.00123,
  bytesIn: 0,
  bytesOut: 150,
  trace: { ...createTrace(), outcome: 'hit' as const, key: '0123456789ab' },
};
const TIME = '2026-01-02T03:04:05.678Z';

test('the line of a request is one JSON record, whatever its words contain', () => {
  const line = requestLine(ANSWER, TIME);
  assert.ok(!line.includes('\n'));
  assert.deepEqual(JSON.parse(line), {
    time: TIME,
    event: 'request',
    id: 'run-1',
    protocol: 'turborepo',
    method: 'GET',
    status: 200,
    outcome: 'hit',
    tenant: 'a"b',
    scope: 'main',
    subject: 'c\nd',
    key: '0123456789ab',
    bytesIn: 0,
    bytesOut: 150,
    ms: 1.2,
  });
  // Told again, the holder's part is remembered.
  assert.equal(requestLine(ANSWER, TIME), line);
});

test('what was found damaged is in the line', () => {
  const line = requestLine({ ...ANSWER, trace: { ...ANSWER.trace, damaged: 2 } }, TIME);
  assert.equal((JSON.parse(line) as { damaged?: number }).damaged, 2);
});

test('lines of other kinds in between are told right', () => {
  const told = (answer: Parameters<typeof requestLine>[0]): Record<string, unknown> =>
    JSON.parse(requestLine(answer, TIME)) as Record<string, unknown>;
  const other: Identity = { ...IDENTITY, subject: 'other' };
  for (const answer of [
    ANSWER,
    { ...ANSWER, status: 404 },
    { ...ANSWER, method: 'PUT' },
    { ...ANSWER, protocol: 'nx' },
    { ...ANSWER, identity: other },
    { ...ANSWER, trace: { ...ANSWER.trace, outcome: 'miss' as const } },
    { ...ANSWER, isCut: true },
    { ...ANSWER, identity: undefined },
    ANSWER,
  ]) {
    const { protocol, method, status, subject, outcome } = told(answer);
    assert.deepEqual(
      [protocol, method, status, subject, outcome],
      [
        answer.protocol,
        answer.method,
        answer.status,
        answer.identity?.subject,
        answer.isCut ? 'cut' : answer.trace.outcome,
      ],
    );
  }
});

test('what is not known is left out; a client that went away is `cut`', () => {
  const line = requestLine(
    { ...ANSWER, id: undefined, identity: undefined, isCut: true, bytesIn: Number.NaN, trace: createTrace() },
    TIME,
  );
  const { id, tenant, key, outcome, bytesIn } = JSON.parse(line) as Record<string, unknown>;
  assert.deepEqual([id, tenant, key, outcome, bytesIn], [undefined, undefined, undefined, 'cut', null]);
});
