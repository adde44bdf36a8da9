import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const KEYS = ['position_pct_max', 'cash_reserve_pct_min', 'leverage_max', 'name', 'fill'];

test.each([
  ['nmae', 'name'],
  ['Name', 'name'],
  ['positon_pct_max', 'position_pct_max'],
  ['position-pct-max', 'position_pct_max'],
  ['leverage', 'leverage_max'],
  ['leverage_maximum', 'leverage_max'],
  ['lev', undefined],
  ['leverage_mx', 'leverage_max'],
  ['', undefined],
  ['x', undefined],
])('near %j is %j', (text, wanted) => {
  expect(nearest(text, KEYS)).toBe(wanted);
});

test('of equally near names the first is suggested', () => {
  expect(nearest('fass', ['fast', 'pass'])).toBe('fast');
});
