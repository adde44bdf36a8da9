import { expect, test } from 'vitest';
import { wish } from '../desk.fixture.ts';
import { buyA, FIRST, watchDesk } from './watch.fixture.ts';

test('protection is not even tried before the account is reconciled (F021, invariant 28)', () => {
  const desk = watchDesk([wish(buyA())]);
  desk.bars(FIRST);
  desk.state.reconcile.epoch = -1;
  desk.fill(desk.newest());
  desk.wait(3_000);
  expect(desk.of('refused')).toEqual([]);
  expect(desk.alerts).not.toContain('protectionFailed');
  desk.state.reconcile.epoch = 0;
  desk.wait(1_000);
  expect(desk.resting).toEqual(['sell 100 A stop @92']);
});
