import { expect, test } from 'vitest';
import { clockHolds } from './trusted-time.ts';

test.each([
  ['not known yet', null, 0, "the broker's clock is not known yet"],
  ['within its limit, ahead', { offsetMs: 5_000, at: 0 }, 0, null],
  ['within its limit, behind', { offsetMs: -5_000, at: 0 }, 600_000, null],
  ['too far ahead', { offsetMs: 5_001, at: 0 }, 0, "our clock is 5001 ms from the broker's"],
  ['too far behind', { offsetMs: -7_200_000, at: 0 }, 0, 'our clock is 7200000 ms from'],
  ['not heard for long', { offsetMs: 0, at: 0 }, 600_001, 'was not heard for 600 s'],
])('a clock that is %s (F050, invariant 24)', (_what, seen, now, wanted) => {
  const found = clockHolds(seen, 5_000, now) ?? 'no reason';
  expect(found).toContain(wanted ?? 'no reason');
});
