import { describe } from 'node:test';
import { packagesOf } from '../rig.js';
import { check, packages } from './filter-tables.js';

describe('dependencies and dependents', () => {
  check(
    {
      'mid...': '@s/inner low mid',
      '...mid': 'docs mid web',
      'mid^...': '@s/inner low',
      '...^mid': 'docs web',
      // Both ways: what the dependents need comes along, and with it what `^` left out.
      '...mid...': '@s/inner docs low mid other side web',
      '...^mid^...': '@s/inner docs low mid other side web',
      '...^mid...': '@s/inner docs low mid other side web',
      '...mid^...': '@s/inner docs low mid other side web',
      'w*...': '@s/inner low mid side web',
      '@s/*...': '@s/inner @s/two low',
      // `^` over many: one is left out only if no other brings it in.
      '*^...': '@s/inner low mid other side',
      '...^*': '@s/two docs mid web',
    },
    { packages },
  );
});

describe('what the root package depends on, everything depends on', () => {
  const rooted = packagesOf({
    '': { deps: ['a'] },
    'packages/a': { deps: ['b'] },
    'packages/b': {},
    'packages/c': { deps: ['b'] },
    'packages/d': {},
    'packages/e': { deps: ['d'] },
  });
  check(
    {
      '': 'a b c d e',
      '//...': '// a b',
      '//^...': 'a b',
      '...//': '//',
      '...b': '// a b c d e',
      '...^b': '// a c d e',
      '...a': '// a b c d e',
      '...^a': '// b c d e',
      '...d': 'd e',
      '...^d': 'e',
      '...e': 'e',
      'b...': 'a b',
      'd...': 'a b d',
      'e...': 'a b d e',
      '*...': '// a b c d e',
    },
    { packages: rooted },
  );
});

describe('package cycles', () => {
  const cyclic = packagesOf({
    'packages/a': { deps: ['b'] },
    'packages/b': { deps: ['c'] },
    'packages/c': { deps: ['a'] },
    'packages/self': { deps: ['self'] },
  });
  check(
    {
      'a...': 'a b c',
      'a^...': 'b c',
      '...^a': 'b c',
      'self...': 'self',
      'self^...': '',
      // Two on one cycle bring in each other.
      'a^... b^...': 'a b c',
      '*^...': 'a b c',
    },
    { packages: cyclic },
  );
});
