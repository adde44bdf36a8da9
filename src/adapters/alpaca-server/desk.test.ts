import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Instant, type Money, parseMicros } from '../../base/index.ts';
import { activityJson } from './activities.ts';
import { Desk } from './desk.ts';
import { settingsOf } from './options.ts';
import { isOpen } from './records.ts';
import { Refused } from './refused.ts';
import { at, dollars, HandMarket, KEYS, MemoryStore, order } from './server.fixture.ts';
import { wishOf } from './wish.ts';

const START = at('2024-03-05', '10:00');
const CASH = dollars(50_000);

const orderTerms = fc.record({
  side: fc.constantFrom('buy', 'sell'),
  qty: fc.integer({ min: 1, max: 40 }).map(String),
  kind: fc.constantFrom('market', 'limit', 'stop', 'bracket', 'oco', 'trail'),
  price: fc.integer({ min: 480, max: 520 }),
  time_in_force: fc.constantFrom('day', 'gtc', 'ioc', 'cls'),
});
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('order' as const), terms: orderTerms }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('price' as const), to: fc.integer({ min: 480, max: 520 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 90 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), place: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replace' as const), place: fc.nat(50), price: fc.integer({ min: 480, max: 520 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
); // prettier-ignore

function bodyOf(terms: typeof orderTerms extends fc.Arbitrary<infer T> ? T : never) {
  const { side, qty, kind, price, time_in_force } = terms;
  const base = order({ side, qty, time_in_force });
  const sign = side === 'buy' ? 1 : -1;
  const exits = (up: number) => ({
    take_profit: { limit_price: String(price + 8 * up) },
    stop_loss: { stop_price: String(price - 8 * up) },
  });
  if (kind === 'limit') return { ...base, type: 'limit', limit_price: String(price) };
  if (kind === 'stop') return { ...base, type: 'stop', stop_price: String(price) };
  if (kind === 'trail') return { ...base, type: 'trailing_stop', trail_price: '4' };
  if (kind === 'bracket') {
    return {
      ...base,
      type: 'limit',
      limit_price: String(price),
      order_class: 'bracket',
      ...exits(sign),
    };
  }
  if (kind === 'oco') return { ...base, type: 'limit', order_class: 'oco', ...exits(-sign) };
  return base;
}

/** Cash and shares follow from what is told; no order fills more than it asked for. */
function check(desk: Desk): void {
  let cash: number = CASH;
  const shares = new Map<string, number>();
  for (const activity of desk.account.activities) {
    const told: any = activityJson(activity);
    if (told.activity_type !== 'FILL') {
      cash += parseMicros(told.net_amount);
      continue;
    }
    const signed = Number(told.qty) * (told.side === 'buy' ? 1 : -1);
    cash -= signed * parseMicros(told.price);
    shares.set(told.symbol, (shares.get(told.symbol) ?? 0) + signed);
  }
  expect(desk.account.books.cash).toBe(cash);
  expect(desk.account.books.quantityOf('SPY')).toBe(shares.get('SPY') ?? 0);
  for (const each of desk.orders.all) {
    expect(each.filled).toBeLessThanOrEqual(each.terms.quantity);
    expect(isOpen(each) && each.filled === each.terms.quantity).toBe(false);
  }
  for (const entry of desk.orders.all) {
    if (entry.legs.length === 0) continue;
    const isPair = entry.terms.orderClass === 'oco';
    const exits = isPair ? [entry, ...desk.orders.legsOf(entry)] : desk.orders.legsOf(entry);
    const filled = exits.reduce((sum, each) => sum + each.filled, 0);
    expect(filled).toBeLessThanOrEqual(isPair ? entry.terms.quantity : entry.filled);
  }
}

test('cash and holdings are the sum of the activities over restarts', { timeout: 60_000 }, () => {
  const partialFills = { sharePpm: 500_000, pieces: 3, everyMs: 120_000 };
  let fills = 0;
  const property = (
    seed: number,
    actions: readonly (typeof action extends fc.Arbitrary<infer T> ? T : never)[],
  ) => {
    const market = new HandMarket();
    market.set('SPY', 499.99, 500.01);
    const store = new MemoryStore();
    let now: Instant = START;
    const settings = settingsOf({ seed, partialFills, delayMs: [0, 90_000] });
    const start = () =>
      new Desk({
        now: () => now, keys: KEYS, settings, market, store, lagMs: () => 0,
        account: { number: 'PA1', cash: CASH as Money, multiplier: 4 },
      }); // prettier-ignore
    let desk = start();
    const attempt = (act: () => void) => {
      try {
        act();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
    };
    const pick = (place: number) => {
      const all = [...desk.orders.all];
      return all[place % Math.max(1, all.length)]?.id ?? 'none';
    };
    for (const one of actions) {
      if (one.do === 'order') attempt(() => desk.submit(wishOf(bodyOf(one.terms))));
      else if (one.do === 'price') market.set('SPY', one.to - 0.01, one.to + 0.01);
      else if (one.do === 'wait') now = (now + one.minutes * 60_000) as Instant;
      else if (one.do === 'cancel') attempt(() => desk.cancel(pick(one.place)));
      else if (one.do === 'replace')
        attempt(() => desk.replace(pick(one.place), { limit_price: String(one.price) }));
      else desk = start();
      desk.tick();
      check(desk);
    }
    fills += desk.account.activities.filter(({ type }) => type === 'FILL').length;
    const again = start();
    expect(again.account.books.save()).toEqual(desk.account.books.save());
  };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(action, { minLength: 20, maxLength: 60, size: 'max' }),
      property,
    ),
    { numRuns: 300, seed: 20240305 },
  );
  expect(fills).toBeGreaterThan(500);
});
