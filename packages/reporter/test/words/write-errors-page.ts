import { writeFileSync } from 'node:fs';
import { renderErrorsPage } from './errors-page.js';

// Run by `npm run docs`.
writeFileSync(new URL('../../../../../docs/errors.md', import.meta.url), renderErrorsPage());
