import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { loadProject, type Project } from '../src/project.js';
import { sweepStates } from '../src/sweep-states.js';

const HOURS = 60 * 60 * 1000;

async function createProject(t: TestContext): Promise<{ readonly project: Project; readonly states: string }> {
  const root = mkdtempSync(join(tmpdir(), 'tr-cli-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const snapshot = { service: 'db', steps: ['*.sql'] };
  const config = {
    packages: ['api', 'web'],
    services: { db: { type: 'postgres' } },
    tasks: {
      migrate: { command: 'true', snapshot },
      'web#seed': { command: 'true', snapshot },
      test: { command: 'true' },
    },
  };
  writeFileSync(join(root, 'turbo-like.config.json'), JSON.stringify(config));
  for (const name of config.packages) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'turbo-like.config.json'), JSON.stringify({ extends: ['//'], name }));
  }
  const states = join(root, '.tr/snapshots');
  mkdirSync(join(states, 'tr-new-0123456789ab'), { recursive: true });
  const project = await loadProject({ cwd: root, environment: {} });
  assert.ok(project.ok, JSON.stringify(project));
  return { project: project.value, states };
}

test('states of tasks that are no more, or leave none any more, are removed; nothing else is', async (t) => {
  const { project, states } = await createProject(t);
  const kept = ['api%23migrate.state', 'web%23migrate.state', 'web%23seed.state', 'notes.txt'];
  const gone = ['api%23seed.state', 'web%23test.state', 'old%23migrate.state'];
  for (const name of [...kept, ...gone]) writeFileSync(join(states, name), '');
  sweepStates(project, Date.now());
  assert.equal(readdirSync(states).length, kept.length + gone.length + 1, 'a run may just have put them there');
  sweepStates(project, Date.now() + 2 * HOURS);
  assert.deepEqual(readdirSync(states).sort(), [...kept, 'tr-new-0123456789ab'].sort());
});

test('a link in place of the folder of states is left alone, with what it leads to', async (t) => {
  const { project, states } = await createProject(t);
  const outside = mkdtempSync(join(tmpdir(), 'tr-cli-'));
  t.after(() => rmSync(outside, { recursive: true, force: true }));
  const theirs = join(outside, 'old%23migrate.state');
  writeFileSync(theirs, '');
  rmSync(states, { recursive: true });
  symlinkSync(outside, states);
  sweepStates(project, Date.now() + 2 * HOURS);
  assert.ok(existsSync(theirs));
});
