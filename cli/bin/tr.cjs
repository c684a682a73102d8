#!/usr/bin/env node
// Committed, so that `npm ci` can link `tr` and `taskrun` before anything is built. The program is in ../bundle.
'use strict';
try {
  require('../bundle/tr.cjs');
} catch (error) {
  if (error && error.code === 'MODULE_NOT_FOUND' && String(error.message).includes('bundle/tr.cjs')) {
    process.stderr.write('tr is not built yet: run `npm run build` in its repository.\n');
    process.exit(3);
  }
  throw error;
}
