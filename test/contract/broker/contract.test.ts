import { describe, expect, test } from 'vitest';
import { CASES } from './cases.ts';
import { DRIVERS } from './drivers.ts';
import { play } from './play.ts';

test('every case has a number of its own, and every skip a reason', () => {
  const numbers = CASES.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.length).toBeGreaterThanOrEqual(60);
  for (const { skips = {} } of CASES) {
    for (const reason of Object.values(skips)) expect(reason).toMatch(/\w{2,} \w+/);
  }
});

describe.each(DRIVERS)('broker contract: $name', (driver) => {
  const rows = CASES.map((one) => {
    const reason = one.skips?.[driver.name] ?? driver.absent;
    const skipped = reason === null ? '' : ` (skipped: ${reason})`;
    return { one, reason, title: `${one.number}: ${one.name} [${one.about}]${skipped}` };
  });
  for (const { one, reason, title } of rows) {
    test.skipIf(reason !== null)(`${title}`, async () => {
      expect(await play(one, driver)).toEqual({ kind: 'ok' });
    });
  }
});
