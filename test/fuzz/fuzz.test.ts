import { expect, test } from 'vitest';
import { seeded } from '../../src/sim/index.ts';
import { configuration } from './configuration.ts';
import { journal } from './journal.ts';
import { strategy } from './strategy.ts';

test.each([
  [configuration, 1_500],
  [journal, 300],
  [strategy, 300],
])(
  'nothing strange gets through: $name (F023, F083, F084, invariants 12, 14, 29)',
  async (target, rounds) => {
    const found = await target.fuzz(rounds, seeded(20261121));
    expect(found.problems).toEqual([]);
    expect(found.refused).toBeGreaterThan(rounds / 10);
  },
);
