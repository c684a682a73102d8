import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS, createCli } from '../src/command-line.js';
import { renderCommandHelp, renderOverview } from '../src/help.js';
import { OPTION_VALUES } from '../src/option-values.js';

const DEFINITIONS = createCli().definitions();

test('the overview has every command with what it does', () => {
  const overview = renderOverview('1.2.3', DEFINITIONS);
  assert.equal(DEFINITIONS.length, COMMANDS.length);
  assert.match(overview, /^tr 1\.2\.3, /);
  for (const { path, description } of DEFINITIONS) {
    const line = overview.split('\n').find((each) => each.trimStart().startsWith(path));
    assert.ok(line?.includes((description ?? '?').trim()), path);
  }
});

for (const definition of DEFINITIONS) {
  test(`the help of ${definition.path} has every option with a sentence, and examples that call it`, () => {
    const help = renderCommandHelp(definition);
    assert.ok(!help.includes('#0'), 'no placeholder of the library');
    for (const { definition: names, description = '' } of definition.options) {
      assert.match(description, /^[A-Z`].*\.$/, names);
      assert.ok(help.includes(description), names);
      for (const name of names.replace(/ #\d+/, '').split(',')) assert.ok(help.includes(`${name}`), name);
    }
    for (const [, call] of definition.examples ?? []) assert.ok(call.startsWith(definition.path), call);
    for (const line of help.split('\n')) assert.ok(line.length <= 120 && line === line.trimEnd(), line);
  });
}

test('every option with a value says what it takes, and nothing else does', () => {
  const valued = DEFINITIONS.flatMap(({ options }) => options).filter(({ definition }) => definition.includes('#'));
  for (const { definition } of valued) {
    const names = definition.replace(/ #\d+/, '').split(',');
    assert.ok(
      names.some((name) => OPTION_VALUES[name] !== undefined),
      definition,
    );
  }
  const known = new Set(
    DEFINITIONS.flatMap(({ options }) => options.flatMap(({ definition }) => definition.split(/[, ]/))),
  );
  assert.deepEqual(
    Object.keys(OPTION_VALUES).filter((name) => !known.has(name)),
    [],
  );
});
