#!/usr/bin/env node
// A file of its own: where programs are started by shims (pnpm, Windows), they get the name of a file, not that of the command.
'use strict';
require('./tr.cjs');
