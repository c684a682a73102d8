/** What the pages, the recipes and the files of `deploy/` say of the server is so: flags, variables, totals, trust files. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { applyRules } from '../src/auth/claim-rules.js';
import { parseServeRequest } from '../src/config/serve-request.js';
import { OPTION_NAMES } from '../src/config/settings.js';
import { parseTrustConfig } from '../src/config/trust-config.js';
import { call, startTestServer } from './rig/server.js';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const filesOf = (folder: string): readonly string[] => readdirSync(fileURLToPath(new URL(folder, ROOT)));
const PAGES = ['README.md', ...filesOf('docs/').map((name) => `docs/${name}`)].filter((path) => path.endsWith('.md'));
const FILES = [...PAGES, ...filesOf('deploy/').map((name) => `deploy/${name}`)];

/** Of `token create`, `forget` and `gc`, which are no settings. */
const COMMAND_FLAGS = ['scope', 'tenant', 'read-only', 'expires', 'help'];

test('every flag that is shown behind tr-cache-server is one', () => {
  const shown = FILES.flatMap((path) =>
    [...read(path).matchAll(/\btr-cache-server((?: +[^\n`#]+)?)/g)].flatMap(({ 1: args = '' }) =>
      [...args.matchAll(/(?<=\s)--([a-z-]+)/g)].map(({ 1: flag = '' }) => ({ path, flag })),
    ),
  );
  assert.ok(shown.length > 15);
  const known = new Set([...OPTION_NAMES, ...COMMAND_FLAGS]);
  assert.deepEqual(
    shown.filter(({ flag }) => !known.has(flag)),
    [],
  );
});

test('the table of options has every flag and no other', () => {
  const page = read('docs/cache-server.md');
  const table = /## Options\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `--'));
  const flags = rows.flatMap((line) =>
    [...(line.split('|')[1] ?? '').matchAll(/--([a-z-]+)/g)].map((found) => found[1]),
  );
  assert.deepEqual(new Set(flags), new Set(OPTION_NAMES.filter((name) => name !== 'config')));
});

test('every variable TR_CACHE_… that is shown is read', () => {
  const known = new Set(OPTION_NAMES.map((name) => `TR_CACHE_${name.toUpperCase().replaceAll('-', '_')}`));
  for (const name of ['TR_CACHE_TOKEN', 'TR_CACHE_SIGNING_KEY']) known.add(name);
  for (const path of FILES)
    for (const [name] of read(path).matchAll(/\bTR_CACHE_[A-Z_]*[A-Z]\b/g))
      assert.ok(known.has(name), `${path}: ${name}`);
});

test('what deploy/ sets is a sound configuration', () => {
  const pairs = [...read('deploy/tr-cache.service').matchAll(/^Environment=(\w+)=(.*)$/gm)];
  const image = [...read('deploy/Containerfile').matchAll(/\b(TR_CACHE_\w+)=(\S+)/g)].filter(
    ([, , value]) => value !== '...',
  );
  for (const variables of [pairs, image]) {
    const env = Object.fromEntries(variables.map(([, name, value]) => [name, value]));
    assert.ok(parseServeRequest([], env, '/').store.kind === 'directory');
  }
});

test('the totals of the page are those of /metrics', async () => {
  await using server = await startTestServer();
  const text = await (await call(server, '/metrics')).text();
  const there = [...text.matchAll(/^# TYPE (\w+)/gm)].map((found) => found[1]);
  const shown = [...read('docs/cache-server.md').matchAll(/^\| `(tr_cache_\w+)`/gm)].map((found) => found[1]);
  assert.deepEqual(new Set(shown), new Set(there));
});

/** A trust file of a page, by the host of its issuer. */
function trustOf(host: string) {
  const blocks = [...read('docs/security.md').matchAll(/```json\n([^`]*"issuers"[^`]*)```/g)];
  const issuers = blocks.flatMap(({ 1: text = '' }) => parseTrustConfig(text).issuers);
  const issuer = issuers.find((each) => each.issuer.includes(host));
  assert.ok(issuer !== undefined, host);
  return issuer.rules;
}

test('the trust files of the pages give the tokens of each CI the scope that they say', () => {
  const scopeOf = (host: string, claims: Readonly<Record<string, string>>) => applyRules(trustOf(host), claims)?.scope;
  const github = { repository: 'acme/app', event_name: 'push', ref: 'refs/heads/main' };
  assert.equal(scopeOf('github', github), 'main');
  const pull = { ...github, event_name: 'pull_request', ref: 'refs/pull/7/merge' };
  assert.equal(scopeOf('github', pull), 'pr/7');
  assert.equal(scopeOf('github', { ...github, event_name: 'pull_request_target' }), undefined);
  const gitlab = { project_path: 'acme/app', pipeline_source: 'push', ref_path: 'refs/heads/main' };
  assert.equal(scopeOf('gitlab', gitlab), 'main');
  assert.notEqual(scopeOf('gitlab', { ...gitlab, pipeline_source: 'merge_request_event' }), 'main');
  assert.match(scopeOf('gitlab', { ...gitlab, ref_path: 'refs/heads/feature/x' }) ?? '', /^branch\/feature/);
  assert.equal(scopeOf('gitlab', { ...gitlab, project_path: 'evil/app' }), undefined);
  const project = 'a1b2c3d4-0000-4000-8000-000000000000';
  const circle = { 'oidc.circleci.com/project-id': project, 'oidc.circleci.com/vcs-ref': 'refs/heads/main' };
  assert.equal(scopeOf('circleci', circle), 'main');
  assert.match(scopeOf('circleci', { ...circle, 'oidc.circleci.com/vcs-ref': 'refs/heads/x' }) ?? '', /^branch\/x/);
  assert.equal(scopeOf('circleci', { ...circle, 'oidc.circleci.com/project-id': 'other' }), undefined);
});
