// What the bundle does with a call that is ours, from the compiled source.
import { main } from '../src/main.js';

await main(process.argv.slice(2));
