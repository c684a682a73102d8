import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unexpected } from '../../src/remote/unexpected.js';

describe('an error that nobody foresaw', () => {
  it('is told with its text and where it was thrown, without the directory', () => {
    const error = new TypeError('x is not a function');
    const { kind, detail } = unexpected(error).failure;
    assert.equal(kind, 'bug');
    assert.match(detail, /^TypeError: x is not a function \(unexpected\.test\.js:\d+:\d+\)$/);
    assert.doesNotMatch(unexpected(new Error(`one\ntwo ${'x'.repeat(500)}`)).failure.detail, /\n|two/);
    error.stack = 'TypeError: x\n    at file:///home/somebody/tr/main.js:7:9\n    at other.js:1:1';
    assert.equal(unexpected(error).failure.detail, 'TypeError: x is not a function (main.js:7:9)');
    error.stack = 'TypeError: x\n    at Object.run [as go] (C:\\Users\\somebody\\main.js:7:9)';
    assert.equal(unexpected(error).failure.detail, 'TypeError: x is not a function (main.js:7:9)');
  });

  it('that the system made is told by its code: its text may name files and addresses', () => {
    const error = Object.assign(new Error("EIO: i/o error, open '/home/somebody/secret'"), { code: 'EIO', stack: '' });
    assert.equal(unexpected(error).failure.detail, 'Error: EIO');
    assert.equal(unexpected('a token').failure.detail, 'string');
  });
});
