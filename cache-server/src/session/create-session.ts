import { keyDigest, type Entry } from '@tr/store';
import { Problem } from '../http/problem.js';
import type { CacheSession, EntryKey } from './cache-session.js';
import { EntryFinder } from './entry-finder.js';
import { EntryWriter } from './entry-writer.js';
import { noteDamage, pourContent, readContent } from './read-content.js';
import type { SessionGround, SessionSubject } from './session-ground.js';
import { unwrap } from './store-problem.js';

/** Of the digest of a key, in the log. */
const KEY_DIGITS = 12;

/** The cache as one credential sees it through one protocol. */
export function createSession(ground: SessionGround, subject: SessionSubject): CacheSession {
  const { blobs } = ground;
  const { identity, trace } = subject;
  const finder = new EntryFinder(ground, subject);
  const writer = new EntryWriter(ground, subject, finder);
  const noteKey = ({ key }: EntryKey): void => {
    trace.key = keyDigest(key).slice(0, KEY_DIGITS);
  };
  const noteFound = (entry: Entry | undefined): void => {
    trace.outcome = entry === undefined ? 'miss' : 'hit';
    if (entry === undefined) trace.misses++;
    else trace.hits++;
  };
  return {
    identity,
    find: async (key) => {
      noteKey(key);
      const entry = await finder.find(key);
      noteFound(entry);
      return entry;
    },
    findAll: async (keys) => {
      for (const key of keys.slice(-1)) noteKey(key);
      const found = await finder.findEach(keys, (entry) => entry);
      found.forEach(noteFound);
      return found;
    },
    // Many at once: the small bodies that lie in entries are not kept meanwhile.
    sizesOf: async (keys) => await finder.findEach(keys, (entry) => entry?.body.size),
    list: (instance) => finder.list(instance),
    readListed: async function* (entries) {
      for (const { name, body } of entries) {
        const entry = await finder.look(name);
        if (entry?.body.hash !== body.hash) throw new Problem('bad-request', 'a part that is gone');
        yield* readContent({ blobs, trace }, entry) as AsyncIterable<Uint8Array>;
      }
    },
    read: (entry, range) => readContent({ blobs, trace }, entry, range),
    pour: (entry, range, out) => pourContent({ blobs, trace }, { entry, range }, out),
    hold: (entry) => blobs.hold?.(entry.body),
    readBytes: async (entry) => entry.inline ?? unwrap(noteDamage(await blobs.readBytes(entry.body), trace)),
    write: (key, body, options) => {
      noteKey(key);
      return writer.write(key, body, options);
    },
    adopt: (key, entry) => {
      noteKey(key);
      return writer.adopt(key, entry);
    },
    remove: (key) => {
      noteKey(key);
      return writer.remove(key);
    },
  };
}
