import { describe, expect, test } from 'vitest';
import type { Instant, Money, Price } from '../../base/index.ts';
import { CASH, FIRST, play, quietBroker, SESSIONS, terms } from './broker.fixture.ts';
import { worldFaults } from './truth.ts';
import type { OrderView, Reply } from './views.ts';

const bodyOf = <Body>(reply: Reply<Body>): Body => {
  if (!reply.ok) throw new Error(`refused: ${reply.code}`);
  return reply.body;
};
const sells = (role: 'stop' | 'target') => ({ side: 'sell', link: { group: 'g', role } }) as const;

const pair = (rates = {}) => {
  const made = quietBroker(rates);
  const { broker, wait, at } = made;
  broker.submit(terms(1), at());
  wait(60_000);
  const [target, stop] = [110_000_000 as Price, 90_000_000 as Price];
  const sell = { side: 'sell' } as const;
  broker.submit(
    terms(2, {
      ...sell,
      pricing: { type: 'limit', limitPrice: target },
      link: { group: 'g', role: 'target' },
    }),
    at(),
  );
  broker.submit(
    terms(3, {
      ...sell,
      pricing: { type: 'stop', stopPrice: stop },
      link: { group: 'g', role: 'stop' },
    }),
    at(),
  );
  wait(60_000);
  return made;
};

describe('a linked pair', () => {
  test('ends the one when the other fills', () => {
    const { broker, prices, wait } = pair();
    expect(broker.truth.orders.map(({ status }) => status)).toEqual([
      'filled',
      'working',
      'working',
    ]);
    prices.now.set('AAA', 111e6);
    wait(120_000);
    expect(broker.truth.orders.map(({ status }) => status)).toEqual([
      'filled',
      'filled',
      'canceled',
    ]);
  });

  test('takes off the one what the other filled in part', () => {
    const { broker, wait, at } = quietBroker(
      { partialFill: 1, stuckFill: 1 },
      { shortSelling: true },
    );
    const stop = { type: 'stop', stopPrice: 1_000_000 as Price } as const;
    broker.submit(terms(1, { ...sells('stop'), pricing: stop }), at());
    broker.submit(terms(2, sells('target')), at());
    wait(60_000);
    const [resting, filling] = broker.truth.orders;
    expect(filling).toMatchObject({ status: 'working', filled: 5 });
    expect(resting).toMatchObject({ status: 'working', filled: 0, open: 5 });
  });

  test('may fill both in a fast market', () => {
    let both = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { broker, wait, at, prices } = quietBroker(
        { slowLink: 1 },
        { seed, shortSelling: true },
      );
      const link = { group: 'g' } as const;
      broker.submit(terms(1, { side: 'sell', link: { ...link, role: 'target' } }), at());
      prices.now.set('AAA', 100e6);
      broker.submit(terms(2, { side: 'sell', link: { ...link, role: 'stop' } }), at());
      wait(60_000);
      if (broker.truth.orders.every(({ status }) => status === 'filled')) both++;
    }
    expect(both).toBeGreaterThan(5);
  });
});

describe('what is told', () => {
  test('positions lag up to two minutes (F032)', () => {
    const { broker, wait, at } = quietBroker({ positionLag: 1 });
    broker.submit(terms(1), at());
    const seen = new Set<number>();
    for (let i = 0; i < 60; i++) seen.add(bodyOf(broker.positions(wait(1_000)))['AAA'] ?? 0);
    expect([...seen].sort()).toEqual([0, 10]);
    wait(121_000);
    expect(bodyOf(broker.positions(at()))).toEqual({ AAA: 10 });
  });

  test('lists lag, and end early, and hide nothing else (F033)', () => {
    const { broker, wait, at } = quietBroker({ listLag: 0.5, missingPage: 0.5 });
    for (let n = 0; n < 5; n++) broker.submit(terms(n), wait(1_000));
    const lengths = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const { orders } = bodyOf(broker.orders(FIRST.open, wait(50)));
      lengths.add(orders.length);
      const ids = orders.map(({ id }) => Number(id.slice(2)));
      expect(ids).toEqual([...ids].sort((a, b) => b - a));
    }
    expect(lengths.size).toBeGreaterThan(2);
    wait(10_000);
    const newest = Array.from(
      { length: 20 },
      () => bodyOf(broker.orders(FIRST.open, at())).orders[0]!.id,
    );
    expect(new Set(newest)).toEqual(new Set(['h-5']));
  });

  test('pages follow one another to the end', () => {
    const { broker, wait, at } = quietBroker();
    for (let n = 0; n < 120; n++) broker.submit(terms(n, { quantity: 1 }), wait(1_000));
    const found: string[] = [];
    for (let next: string | null = null, more = true; more;) {
      const page: { orders: readonly OrderView[]; next: string | null } = bodyOf(
        broker.orders(FIRST.open, at(), next),
      );
      found.push(...page.orders.map(({ id }) => id));
      next = page.next;
      more = next !== null;
    }
    expect(found).toEqual(Array.from({ length: 120 }, (_, i) => `h-${120 - i}`));
  });

  test('activities are told once each, in pages, after the one last seen', () => {
    const { broker } = play(30);
    const far = 9e12 as Instant;
    broker.quiet();
    const seen: string[] = [];
    for (let last: string | null = null; ;) {
      const page: readonly { id: string }[] = bodyOf(broker.activities(last, far));
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
      last = seen.at(-1) ?? null;
    }
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => `a-${i + 1}`));
    expect(seen.length).toBeGreaterThanOrEqual(broker.truth.executions.size);
  });

  test('too many requests are refused, and half of the orders among them are taken (F005)', () => {
    const { broker, at } = quietBroker({}, { requestsPerMinute: 0 });
    const statuses = Array.from(
      { length: 40 },
      (_, n) => broker.submit(terms(n, { quantity: 1 }), at()).status,
    );
    expect(new Set(statuses)).toEqual(new Set([429]));
    expect(broker.truth.orders.length).toBeGreaterThan(8);
    expect(broker.truth.orders.length).toBeLessThan(32);
  });

  test('a split converts positions, with cash for the fraction (F036)', () => {
    const { broker, wait, at } = quietBroker();
    broker.submit(terms(1, { quantity: 15 }), at());
    wait(FIRST.close - at());
    const next = SESSIONS[1]!;
    const before = broker.truth.cash;
    broker.startDay(next, [{ symbol: 'AAA', numerator: 1, denominator: 10 }]);
    wait(next.open - at());
    expect(broker.truth.positions.get('AAA')).toBe(1);
    expect(broker.truth.cash).toBe((before + 50_000_000) as Money);
    expect(worldFaults(broker.truth)).toEqual([]);
  });
});

describe('what a test does by hand', () => {
  test('an order of the owner is none of ours, and ends ours (F031)', () => {
    const { broker, wait, at } = quietBroker();
    const resting = { pricing: { type: 'limit', limitPrice: 1_000_000 as Price } } as const;
    broker.submit(terms(1, resting), at());
    expect(broker.cancelByHand('h-1', at())).toBe(true);
    expect(broker.cancelByHand('h-1', at())).toBe(false);
    const id = broker.orderByHand(terms(1), at());
    wait(60_000);
    expect(broker.truth.orders).toMatchObject([
      { status: 'canceled', external: false },
      { id, status: 'filled', external: true },
    ]);
    expect(bodyOf(broker.order(id, at())).clientOrderId).toBeNull();
    expect(bodyOf(broker.orderByClientId('c-1', at())).id).toBe('h-1');
  });

  test('a bust takes shares and cash back and is told, once (F019)', () => {
    const { broker, wait, at } = quietBroker();
    broker.submit(terms(1), at());
    wait(60_000);
    broker.takeMessages();
    expect(broker.bust('x-1', at())).toBe(true);
    expect(broker.bust('x-1', at())).toBe(false);
    expect(broker.bust('x-9', at())).toBe(false);
    expect(broker.takeMessages()).toMatchObject([{ kind: 'bust', executionId: 'x-1' }]);
    expect(broker.truth.cash).toBe(CASH);
    expect(broker.truth.positions.size).toBe(0);
    expect(bodyOf(broker.order('h-1', at()))).toMatchObject({ status: 'filled', filled: 0 });
  });

  test('maintenance empties positions and refuses all else (F033)', () => {
    const { broker, wait, at } = quietBroker();
    broker.submit(terms(1), at());
    wait(60_000);
    broker.maintain(at(), (at() + 1_000) as Instant);
    expect(bodyOf(broker.positions(at()))).toEqual({});
    expect([broker.account(at()).status, broker.submit(terms(2), at()).status]).toEqual([503, 503]);
    expect(bodyOf(broker.positions(wait(1_000)))).toEqual({ AAA: 10 });
    broker.transferByHand(5_000_000 as Money, at());
    expect(bodyOf(broker.activities(null, wait(1)))).toMatchObject([
      { type: 'fill' },
      { type: 'transfer', amount: 5_000_000 },
    ]);
    expect(worldFaults(broker.truth)).toEqual([]);
  });
});
