import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseS3Url } from '../src/index.js';

describe('the URL of a bucket', () => {
  const good: readonly (readonly [string, object])[] = [
    ['s3://bucket', { bucket: 'bucket', prefix: '', endpoint: undefined, region: 'us-east-1', forcePathStyle: false }],
    ['s3://bucket/', { prefix: '' }],
    ['s3://bucket/a/b', { prefix: 'a/b/' }],
    ['s3://bucket//a//b/', { prefix: 'a/b/' }],
    ['s3://bucket/a%20b', { prefix: 'a b/' }],
    ['s3://bucket?region=eu-west-1', { region: 'eu-west-1', forcePathStyle: false }],
    ['s3://bucket?endpoint=http://127.0.0.1:9000', { endpoint: 'http://127.0.0.1:9000', forcePathStyle: true }],
    ['s3://bucket?endpoint=https://s3.example.com&forcePathStyle=false', { forcePathStyle: false }],
  ];
  for (const [text, expected] of good) {
    it(text, () => {
      const parsed = parseS3Url(new URL(text));
      assert.ok(parsed.ok);
      assert.deepEqual({ ...parsed.value, ...expected }, parsed.value);
    });
  }

  for (const text of [
    's3://Bucket_',
    's3://x',
    's3://bucket?endpont=http://a',
    's3://bucket?endpoint=a.example.com',
    's3://bucket?endpoint=file:///etc',
    's3://bucket?forcePathStyle=yes',
    's3://bucket/100%',
    's3://bucket/%ff',
  ]) {
    it(`refuses ${text}`, () => assert.ok(!parseS3Url(new URL(text)).ok));
  }
});
