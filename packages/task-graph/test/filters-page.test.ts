import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseFilter } from '../src/index.js';
import type { PackageFacts, SelectionFacts } from './rig.js';
import { packagesOf, readRepositoryFile, select } from './rig.js';

/** A table row of `docs/filters.md`: what is typed, what it selects, and what was said before the table. */
interface Example {
  readonly typed: string;
  readonly selects: string;
  readonly context: Partial<SelectionFacts>;
}

const lines = readRepositoryFile('docs/filters.md').split('\n');
const examples = findExamples(lines);
const packages = packagesOf(readWorkspace(lines));

describe('docs/filters.md', () => {
  test('it has a workspace and examples', () => {
    assert.equal(packages.size, 8);
    assert.ok(examples.length >= 40, `${examples.length} examples`);
  });

  for (const { typed, selects, context } of examples) {
    const where = context.cwd === undefined ? '' : ` in ${context.cwd}`;
    test(`\`${typed}\`${where}: ${selects}`, () => {
      const filters = [...typed.matchAll(/--filter=('[^']*'|\S+)/g)].map(([, text = '']) => text.replaceAll("'", ''));
      for (const filter of filters)
        assert.equal(parseFilter(filter).ok, !selects.includes('graph/invalid-filter'), filter);
      const { affected, ...facts } = context;
      const isAffected = typed.includes('--affected') && affected !== undefined;
      const selected = select({ packages, ...facts, ...(isAffected && { affected }), filters });
      const shown = selected.includes('/') && selected.includes('=') ? `error ${selected.split(' ')[0]}` : selected;
      assert.equal(shown, selects);
    });
  }

  test('every option in a table is one we understand', () => {
    for (const { typed } of examples) {
      assert.match(
        typed,
        /^(no filter|(--affected|--filter=('[^']*'|[^\s'*!{[^]+))( (--filter=('[^']*'|[^\s'*!{[^]+)))*)$/,
      );
    }
  });
});

/** Rows of every table after the first; a comment before a table says what the words around it say. */
function findExamples(text: readonly string[]): readonly Example[] {
  const found: Example[] = [];
  let context: Partial<SelectionFacts> = {};
  for (const line of text.slice(text.findIndex((one) => one.startsWith('## ')))) {
    if (line.startsWith('## ')) context = {};
    const comment = /^<!-- (.*) -->$/.exec(line)?.[1];
    if (comment !== undefined) context = parseContext(comment);
    const [typed, selects] = cellsOf(line);
    if (typed === undefined || selects === undefined || selects === 'selects' || /^-+$/.test(typed)) continue;
    found.push({ typed, selects: selects === 'nothing' ? '' : selects.replaceAll(',', ''), context });
  }
  return found;
}

function parseContext(comment: string): Partial<SelectionFacts> {
  const facts = Object.fromEntries(comment.split('; ').map((part) => part.split(': '))) as Record<string, string>;
  const { cwd, affected, ...changes } = facts;
  return {
    ...(cwd !== undefined && { cwd }),
    ...(affected !== undefined && { affected: affected.split(' ') }),
    changes: Object.fromEntries(Object.entries(changes).map(([range, names]) => [range, names.split(' ')])),
  };
}

function readWorkspace(text: readonly string[]): Readonly<Record<string, PackageFacts>> {
  const rows = text.map(cellsOf).filter((cells) => cells.length === 3 && /^(apps|packages)\//.test(cells[0] ?? ''));
  return Object.fromEntries(
    rows.map(([directory = '', name = '', deps = '']) => [
      directory,
      { name, deps: deps.split(', ').filter((dependency) => dependency !== '') },
    ]),
  );
}

/** Cells of a table row without their backticks; none for any other line. */
function cellsOf(line: string): readonly string[] {
  if (!line.startsWith('|')) return [];
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.replaceAll('`', '').trim());
}
