#!/usr/bin/env node
import { runCacheServer } from '../dist/src/main.js';

await runCacheServer({ args: process.argv.slice(2), cwd: process.cwd() });
