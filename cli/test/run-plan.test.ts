import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { resolveConcurrency } from '../src/run-plan.js';

test('a number is a number of tasks', () => {
  assert.equal(resolveConcurrency('1'), 1);
  assert.equal(resolveConcurrency('10'), 10);
});

test('a percentage is of the cores, rounded down, and never none', () => {
  const cores = availableParallelism();
  assert.equal(resolveConcurrency('100%'), cores);
  assert.equal(resolveConcurrency('200%'), 2 * cores);
  assert.equal(resolveConcurrency('150%'), Math.floor(1.5 * cores));
  assert.equal(resolveConcurrency('0.5%'), Math.max(1, Math.floor(cores / 200)));
});
