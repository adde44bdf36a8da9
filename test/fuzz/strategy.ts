import type { Decision } from '../../src/strategy/index.ts';
import { auditLedger } from '../../src/ledger/index.ts';
import type { Random } from '../../src/sim/index.ts';
import { bookOf, Desk, setupOf, WIDE } from '../../src/engine/desk.fixture.ts';
import { below, type Fuzzed, NASTY, pick, Tally, type Target } from './target.ts';

const DAYS = ['2024-01-03', '2024-01-04', '2024-01-05'];
const LIMITS = { ...WIDE, positionPctMax: 60, leverageMax: 1, ordersPerDayMax: 10 };
const SYMBOLS: readonly unknown[] = ['A', 'B', 'C', 'CASH', '__proto__', '', 'a'];

/** What a broken strategy may answer: near-valid and absurd values in every place. */
function answered(random: Random): unknown {
  const value = (): unknown => (random() < 0.5 ? pick(random, NASTY) : random() * 2 - 0.5);
  const weights = (): unknown => {
    if (random() < 0.1) return pick(random, NASTY);
    const pairs = Array.from({ length: below(random, 4) }, () => [pick(random, SYMBOLS), value()]);
    return Object.fromEntries(pairs as [string, unknown][]);
  };
  const wish = (): unknown =>
    random() < 0.1
      ? pick(random, NASTY)
      : {
          symbol: pick(random, SYMBOLS),
          side: pick(random, ['buy', 'sell', 'BUY', '', null]),
          quantity: random() < 0.5 ? below(random, 3_000) - 10 : pick(random, NASTY),
          ...(random() < 0.3 && { limitPrice: value() }),
          ...(random() < 0.2 && { stopPrice: value() }),
          ...(random() < 0.1 && { legs: pick(random, NASTY) }),
          ...(random() < 0.1 && { bracket: pick(random, NASTY) }),
        };
  const why = random() < 0.1 ? pick(random, NASTY) : 'fuzzed';
  switch (below(random, 6)) {
    case 0:
      return pick(random, NASTY);
    case 1:
      return {
        action: pick(random, ['hold', 'warmup', 'HOLD', 'sell all']),
        targets: weights(),
        why,
      };
    case 2:
    case 3:
      return { action: 'rebalance', targets: weights(), why };
    default: {
      const orders = random() < 0.1 ? pick(random, NASTY) : [wish(), wish()];
      return { action: 'orders', orders, why };
    }
  }
}

function play(random: Random): Desk {
  const decide = (): Decision => {
    if (random() < 0.05) throw pick(random, [new Error('broken'), 'text', null, undefined]);
    return answered(random) as Decision;
  };
  const facts = (): never => pick(random, NASTY) as never;
  const desk = new Desk(setupOf([bookOf('one', { decide, facts }, { limits: LIMITS })]));
  desk.bars('2024-01-02', undefined, 'none');
  for (const day of DAYS) {
    desk.decideOn(day);
    desk.fillAll();
    desk.close(day);
  }
  return desk;
}

/** What is wrong with a desk after its strategy answered anything, or null. */
function brokenPromise(desk: Desk): string | null {
  for (const intent of desk.intents) {
    const { symbol, quantity, side } = intent;
    const isSane = Number.isSafeInteger(quantity) && quantity > 0;
    if (!isSane || !['A', 'B'].includes(symbol) || !['buy', 'sell'].includes(side)) {
      return `an order ${JSON.stringify(intent)}`;
    }
  }
  const [book] = desk.state.books;
  if (book === undefined) return 'the book is gone';
  auditLedger(book.ledger);
  for (const { quantity, symbol } of book.ledger.positions.values()) {
    if (quantity < 0) return `a short position of ${quantity} ${symbol} (invariant 14)`;
  }
  return book.ledger.cash < 0 ? `cash of ${book.ledger.cash}` : null;
}

/** A strategy may answer anything: no crash, no order outside of the limits, books that balance. */
function fuzzStrategy(rounds: number, random: Random): Fuzzed {
  const tally = new Tally();
  for (let round = 0; round < rounds; round++) {
    try {
      const desk = play(random);
      const broken = brokenPromise(desk);
      if (broken !== null) tally.problem(`round ${round}: ${broken}`);
      else if (desk.state.books[0]?.stopped !== null) tally.refused();
      else tally.taken();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      tally.problem(`round ${round}: ${text.split('\n').slice(0, 3).join(' ')}`);
    }
  }
  return tally.found;
}

export const strategy: Target = { name: 'strategy', fuzz: fuzzStrategy };
