import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openBucket, type Bucket } from '../src/index.js';

const PAGE = (more: string): string =>
  `<ListBucketResult><Contents><Key>pre fix+?#é/blobs/1</Key><Size>1</Size></Contents>${more}</ListBucketResult>`;

describe('a bucket whose answers are not what was asked for', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  let server: ReturnType<typeof createServer>;
  let bucket: Bucket;
  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' });
    const place = { bucket: 'bucket', prefix: 'pre fix+?#é/', region: 'us-east-1', endpoint, forcePathStyle: true };
    bucket = openBucket(place, { requestMs: 5_000 });
  });
  afterEach(() => {
    bucket.close();
    server.closeAllConnections();
    server.close();
  });
  const range = { start: 3, end: 4 };
  const codeOf = (result: { readonly ok: boolean; readonly failure?: { readonly code: string } }): string =>
    result.ok ? 'ok' : `${result.failure?.code} ${(result.failure as { detail?: string }).detail}`;

  it('the whole object in place of a part is trouble', async () => {
    answer = (_, response) => response.writeHead(200).end('0123456');
    assert.equal(codeOf(await bucket.get('a', range)), 'store/io OtherRange');
  });

  it('another part is trouble', async () => {
    answer = (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-1/7' }).end('01');
    assert.equal(codeOf(await bucket.get('a', range)), 'store/io OtherRange');
  });

  it('an object that ends before the part is as if there were none', async () => {
    answer = (_, response) => response.writeHead(416).end('<Error><Code>InvalidRange</Code></Error>');
    assert.deepEqual(await bucket.get('a', range), { ok: true, value: undefined });
  });

  it('a list that is cut without a way to go on, or that begins anew for ever, is trouble', async () => {
    for (const more of ['', '<NextContinuationToken>same</NextContinuationToken>']) {
      answer = (_, response) => response.writeHead(200).end(PAGE(`<IsTruncated>true</IsTruncated>${more}`));
      let count = 0;
      assert.equal(codeOf(await bucket.list('blobs/', () => void count++)), 'store/io BrokenList');
      assert.ok(count <= 1);
    }
    answer = (_, response) => response.writeHead(200).end(PAGE('<IsTruncated>false</IsTruncated>'));
    assert.equal(codeOf(await bucket.list('blobs/', () => undefined)), 'ok');
  });

  it('its clock is what its answers say', async () => {
    const behind = 3 * 60 * 60 * 1000;
    answer = (_, response) =>
      response.writeHead(200, { date: new Date(Date.now() - behind).toUTCString(), 'content-length': '0' }).end();
    const off = (): number => Date.now() - bucket.now();
    assert.ok(Math.abs(off()) < 1000);
    assert.equal(codeOf(await bucket.head('a')), 'ok');
    assert.ok(Math.abs(off() - behind) < 5000, String(off()));
  });

  it('a session that has ended is a refusal, with whatever status', async () => {
    answer = (_, response) => response.writeHead(400).end('<Error><Code>ExpiredToken</Code></Error>');
    assert.equal(codeOf(await bucket.get('a')), 'store/denied ExpiredToken');
  });

  it('the source of a copy is encoded: a plus is no space', async () => {
    let source: unknown;
    answer = (request, response) => {
      source = request.headers['x-amz-copy-source'];
      response.writeHead(200).end('<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>');
    };
    assert.equal(codeOf(await bucket.refresh('a')), 'ok');
    assert.equal(source, 'bucket/pre%20fix%2B%3F%23%C3%A9/a');
  });
});
