import { expect, test } from 'vitest';
import { review } from '../risk/index.ts';
import { AccountDesk } from './account.fixture.ts';
import { dollars, priced, WIDE } from './desk.fixture.ts';
import { type Draft, gateInput } from './gate.ts';
import type { BookState } from './state.ts';

const draft: Draft = {
  symbol: 'A',
  side: 'buy',
  quantity: 100,
  price: priced(100),
  purpose: 'signal',
  pricing: { type: 'market' },
};

test('what no book has counts in limits of the account (F031, invariant 13)', () => {
  const limits = { ...WIDE, positionMax: dollars(60_000) };
  const desk = new AccountDesk(['one'], { limits });
  const gate = () => gateInput(desk.setup, desk.state, desk.state.books[0] as BookState, draft);
  expect(gate().account.held).toBe(500);
  expect(review({ ...gate(), reconciled: true })).toBeNull();
  desk.happens({ type: 'transferInKind', book: null, symbol: 'A', quantity: 1 });
  expect(gate().account.held).toBe(501);
  expect(gate().book.held).toBe(500);
  expect(review({ ...gate(), reconciled: true })?.code).toBe('positionAboveLimit');
  const cash = gate().account.cash;
  desk.happens({ type: 'transfer', book: null, amount: dollars(-7) });
  expect(gate().account.cash).toBe(cash - dollars(7));
});
