import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toEnvironment } from '../src/lease/environment.js';
import { mysql, postgres } from './rig.js';

const address = (database: string) => ({ url: `mysql://root:p%3Aw@127.0.0.1:3307/${database}`, database });

test('an address begins with the word that the framework wants, for workers too', () => {
  const workers = [address('app_1')];
  assert.equal(toEnvironment(mysql(), address('app'), workers)['DATABASE_URL'], address('app').url);
  const { DATABASE_URL, DATABASE_URL_0, MYSQL_DATABASE } = toEnvironment(
    mysql({ scheme: 'mysql2' }),
    address('app'),
    workers,
  );
  assert.equal(DATABASE_URL, 'mysql2://root:p%3Aw@127.0.0.1:3307/app');
  assert.equal(DATABASE_URL_0, 'mysql2://root:p%3Aw@127.0.0.1:3307/app_1');
  assert.equal(MYSQL_DATABASE, 'app');
  const gis = postgres({ scheme: 'postgis', env: { GIS_URL: 'url' } });
  assert.deepEqual(toEnvironment(gis, { url: 'postgresql://u@h:1/gis' }, []), { GIS_URL: 'postgis://u@h:1/gis' });
});
