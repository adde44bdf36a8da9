import { expect, test } from 'vitest';
import { priced } from '../desk.fixture.ts';
import { guarded } from '../watch/watch.fixture.ts';

test('a split at the broker moves shares, levels and what rests (F036, invariant 21)', () => {
  const desk = guarded();
  expect(desk.resting).toEqual(['sell 100 A stop @92']);
  desk.take({
    kind: 'activity',
    at: desk.state.at,
    id: 's1',
    type: 'split',
    symbol: 'A',
    numerator: 2,
    denominator: 1,
    price: priced(50),
  });
  expect(desk.held('A')).toBe(200);
  expect(desk.guard).toMatchObject({ quantity: 200, stopPrice: priced(46), basis: priced(50) });
  expect(desk.resting).toEqual(['sell 100 A stop @92 (canceling)']);
  // The symbol is frozen until the broker shows the split too; then its stop is there again.
  desk.proveCancels();
  for (let reading = 0; reading < 3; reading++) {
    desk.pass(130_000);
    const { cash } = desk.state.books[0]!.ledger;
    desk.take({ kind: 'account', at: desk.state.at, account: { cash, positions: { A: 200 } } });
  }
  desk.wait(600_000);
  expect(desk.resting).toEqual(['sell 200 A stop @46']);
});
