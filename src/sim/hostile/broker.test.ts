import { describe, expect, test } from 'vitest';
import type { Instant, Price } from '../../base/index.ts';
import { CASH, FIRST, play, quietBroker, SESSIONS, terms } from './broker.fixture.ts';
import { worldFaults } from './truth.ts';
import type { OrderView, Reply } from './views.ts';

const at100 = 100_000_000 as Price;
const bodyOf = <Body>(reply: Reply<Body>): Body => {
  if (!reply.ok) throw new Error(`refused: ${reply.code}`);
  return reply.body;
};
const codeOf = (reply: Reply<unknown>) => (reply.ok ? 'taken' : reply.code);

describe('a hostile broker', () => {
  test('does the same twice, and another thing with another seed', () => {
    const [one, two] = [play(60), play(60)];
    expect(two.trace).toEqual(one.trace);
    expect(two.messages).toEqual(one.messages);
    expect(play(60, { seed: 6 }).trace).not.toEqual(one.trace);
  });

  test.each([1, 2, 3, 4, 5, 6])('keeps books that add up, whatever happens, seed %d', (seed) => {
    const { broker } = play(250, { seed, clientIds: seed % 2 === 0 ? 'unique' : 'none' });
    expect(worldFaults(broker.truth)).toEqual([]);
    expect(broker.truth.executions.size).toBeGreaterThan(500);
    for (const order of broker.truth.orders) {
      expect(order.filled).toBeGreaterThanOrEqual(0);
      expect(order.filled).toBeLessThanOrEqual(order.terms.quantity);
    }
  });

  const { broker, counts, messages } = play(600);
  const { orders, executions, flows } = broker.truth;
  const activities = new Set(broker.truth.flows.map(({ type }) => type));
  test.each<[string, boolean]>([
    ['orders fill', orders.some(({ status }) => status === 'filled')],
    [
      'orders fill in part and no more (F013)',
      orders.some((o) => o.status === 'expired' && o.filled > 0),
    ],
    [
      'orders are rejected after they were accepted (F007)',
      orders.some((o) => o.reason === 'refused by risk review'),
    ],
    [
      'fills come after the cancel (F008)',
      orders.some(
        (o) => o.status === 'canceled' && o.executions.some((x) => x.at > (o.endedAt as number)),
      ),
    ],
    ['a cancel is refused later', messages.some(({ kind }) => kind === 'cancelRefused')],
    ['executions are busted (F019)', messages.some(({ kind }) => kind === 'bust')],
    ['executions are corrected (F019)', messages.some(({ kind }) => kind === 'correction')],
    ['prices are absurd (F020)', [...executions.values()].some(({ price }) => price > 800_000_000)],
    ['a status is unknown', (counts.get('held_for_review') ?? 0) > 0],
    ['readings leave executions out (F014)', (counts.get('no executions') ?? 0) > 0],
    ['answers do not name the order (F004)', (counts.get('no location') ?? 0) > 0],
    ['orders are refused', (counts.get('refused') ?? 0) > 0],
    ['the account is restricted', (counts.get('restricted') ?? 0) > 0],
    ['there is maintenance (F033)', (counts.get('maintenance') ?? 0) > 0],
    ['the owner trades by hand (F031)', orders.some((o) => o.external && o.filled > 0)],
    ['the owner cancels ours (F031)', orders.some((o) => o.reason === 'canceled by hand')],
    ['shares are split (F036)', activities.has('split')],
    [
      'money and shares come and go (F034)',
      activities.has('transfer') && activities.has('transferInKind'),
    ],
    ['dividends and fees are booked (F035)', activities.has('dividend') && activities.has('fee')],
    ['something of no known type is booked', activities.has('unlisted')],
  ])('%s', (_, happened) => {
    expect(happened).toBe(true);
    expect(flows.length).toBeGreaterThan(100);
  });

  test('without faults fills every market order whole, and nobody else acts', () => {
    const quiet = play(20, {}, true).broker.truth;
    const market = quiet.orders.filter(({ terms: { pricing } }) => pricing.type === 'market');
    const left = market.filter(({ status, createdAt }) => {
      return status !== 'filled' && createdAt < (SESSIONS[19]?.close as number);
    });
    expect(market.length).toBeGreaterThan(50);
    expect(left).toEqual([]);
    expect(quiet.flows).toEqual([]);
    expect([...quiet.executions.values()].some(({ busted }) => busted)).toBe(false);
  });

  test('once quiet does nothing to an order but what was asked', () => {
    const hostile = {
      bust: 0.9,
      correction: 0.9,
      lateReject: 0.9,
      stuckFill: 0.9,
      partialFill: 0.9,
    };
    const { broker, wait, at } = quietBroker({ ...hostile, maintenanceADay: 1 });
    for (let n = 0; n < 20; n++) broker.submit(terms(n), at());
    broker.quiet();
    wait(600_000);
    for (let n = 20; n < 40; n++) broker.submit(terms(n), at());
    wait(600_000);
    const { orders, executions } = broker.truth;
    expect(orders.map(({ status }) => status).every((status) => status === 'filled')).toBe(true);
    expect([...executions.values()].some(({ busted }) => busted)).toBe(false);
    expect(bodyOf(broker.account(at())).restricted).toBe(false);
  });
});

describe('client ids', () => {
  test('are unique for ever, after a cancel and on later days (F003)', () => {
    const { broker, wait, at } = quietBroker();
    const pricing = { type: 'limit', limitPrice: 1_000_000 as Price } as const;
    const first = bodyOf(broker.submit(terms(1, { pricing }), at())) as OrderView;
    broker.cancel(first.id, wait(1_000));
    wait(1_000);
    expect(bodyOf(broker.orderByClientId('c-1', at()))).toMatchObject({ status: 'canceled' });
    expect(broker.submit(terms(1, { pricing }), at())).toMatchObject({
      ok: false,
      code: 'duplicate',
      documented: true,
    });
    const next = SESSIONS[1]!;
    broker.advance(next.open);
    broker.startDay(next);
    expect(codeOf(broker.submit(terms(1), (next.open + 1) as Instant))).toBe('duplicate');
    expect(broker.truth.orders).toHaveLength(1);
  });

  test('mean nothing where there are none: a repeat is a second order, named in the header', () => {
    const { broker, at } = quietBroker({}, { clientIds: 'none' });
    const replies = [broker.submit(terms(1), at()), broker.submit(terms(1), at())];
    expect(replies).toMatchObject([
      { status: 201, body: null, location: 'h-1' },
      { status: 201, body: null, location: 'h-2' },
    ]);
    expect(codeOf(broker.orderByClientId('c-1', at()))).toBe('notFound');
    expect(bodyOf(broker.order('h-1', at())).clientOrderId).toBeNull();
    expect(broker.truth.orders.map((order) => order.terms.clientOrderId)).toEqual(['c-1', 'c-1']);
  });
});

describe('orders', () => {
  test('are accepted, then working, then filled in pieces that sum up', () => {
    const { broker, wait, at } = quietBroker({ partialFill: 1 });
    expect(bodyOf(broker.submit(terms(1), at()))).toMatchObject({ status: 'accepted', filled: 0 });
    wait(600_000);
    const view = bodyOf(broker.order('h-1', at()));
    expect(view).toMatchObject({ status: 'filled', filled: 10, averagePrice: at100 });
    const { executions } = view;
    expect(executions!.length).toBeGreaterThan(1);
    expect(executions!.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(10);
    expect(broker.truth.cash).toBe(CASH - 10 * at100);
  });

  test('may fill before anybody heard of them (F016)', () => {
    const { broker, at } = quietBroker({ instantFill: 1 });
    expect(bodyOf(broker.submit(terms(1), at()))).toMatchObject({ status: 'filled', filled: 10 });
    expect(broker.takeMessages().map(({ kind }) => kind)).toEqual(['accepted', 'fill']);
  });

  test.each([
    ['limit', 'buy', { type: 'limit', limitPrice: 90e6 }, 91e6, 90e6],
    ['stop', 'sell', { type: 'stop', stopPrice: 90e6 }, 91e6, 90e6],
    ['stop', 'buy', { type: 'stop', stopPrice: 110e6 }, 109e6, 110e6],
    ['stop limit', 'sell', { type: 'stopLimit', stopPrice: 95e6, limitPrice: 90e6 }, 96e6, 94e6],
    [
      'stop limit that was passed over',
      'sell',
      { type: 'stopLimit', stopPrice: 95e6, limitPrice: 90e6 },
      85e6,
      90e6,
    ],
  ] as const)(
    'a %s to %s rests until the market comes to it',
    (_, side, pricing, before, after) => {
      const { broker, prices, wait, at } = quietBroker({}, { shortSelling: true });
      broker.submit(terms(1, { side, pricing: pricing as never }), at());
      prices.now.set('AAA', before);
      wait(300_000);
      expect(bodyOf(broker.order('h-1', at())).status).toBe('working');
      prices.now.set('AAA', after);
      wait(300_000);
      expect(bodyOf(broker.order('h-1', at()))).toMatchObject({
        status: 'filled',
        averagePrice: after,
      });
    },
  );

  test('wait out a halt (F045)', () => {
    const { broker, prices, wait, at } = quietBroker();
    prices.now.set('AAA', undefined);
    broker.submit(terms(1), at());
    wait(600_000);
    expect(broker.truth.orders[0]!.filled).toBe(0);
    prices.now.set('AAA', 50e6);
    wait(300_000);
    expect(broker.truth.orders[0]).toMatchObject({ status: 'filled', filled: 10 });
  });

  test('after the close are queued for the next session (F049), and end with it', () => {
    const { broker, wait, at } = quietBroker();
    const limit = { pricing: { type: 'limit', limitPrice: 1_000_000 as Price } } as const;
    broker.submit(terms(1, limit), at());
    wait(FIRST.close - at() + 1_000);
    broker.submit(terms(2, limit), at());
    broker.submit(terms(3, { ...limit, timeInForce: 'gtc' }), at());
    const statuses = () => broker.truth.orders.map(({ status }) => status);
    expect(statuses()).toEqual(['expired', 'accepted', 'accepted']);
    const next = SESSIONS[1]!;
    broker.startDay(next);
    wait(next.open - at() + 60_000);
    expect(statuses()).toEqual(['expired', 'working', 'working']);
    wait(next.close - at());
    expect(statuses()).toEqual(['expired', 'expired', 'working']);
  });

  test.each<[string, Parameters<typeof terms>[1], string]>([
    ['more than the cash', { quantity: 1_001 }, 'insufficientBuyingPower'],
    ['shares it does not hold', { side: 'sell', quantity: 1 }, 'insufficientQuantity'],
    ['half a share', { quantity: 0.5 }, 'invalid'],
  ])('for %s are refused in documented words', (_, parts, code) => {
    const { broker, at } = quietBroker();
    expect(broker.submit(terms(1, parts), at())).toMatchObject({ code, documented: true });
    expect(broker.truth.orders).toEqual([]);
  });

  test('hold the shares they sell (F010)', () => {
    const { broker, wait, at } = quietBroker();
    broker.submit(terms(1), at());
    wait(60_000);
    const stop = { side: 'sell', pricing: { type: 'stop', stopPrice: 1e6 as Price } } as const;
    expect(codeOf(broker.submit(terms(2, stop), at()))).toBe('taken');
    expect(codeOf(broker.submit(terms(3, { side: 'sell' }), at()))).toBe('insufficientQuantity');
  });

  test('of several legs fill all at once at a net limit, with the multiplier', () => {
    const { broker, prices, wait, at } = quietBroker({ partialFill: 1 });
    const [long, short] = ['SPY240119C00475000', 'SPY240119C00480000'];
    prices.now.set(long!, 5e6).set(short!, 2e6);
    const legs = [
      { symbol: long!, side: 'buy', ratio: 1 },
      { symbol: short!, side: 'sell', ratio: 1 },
    ] as const;
    const pricing = { type: 'limit', limitPrice: 2_500_000 as Price } as const;
    broker.submit(terms(1, { symbol: 'SPY', quantity: 4, legs, pricing }), at());
    wait(120_000);
    expect(broker.truth.executions.size).toBe(0);
    prices.now.set(long!, 4_400_000);
    for (let i = 0; i < 12; i++) {
      wait(60_000);
      const { positions } = broker.truth;
      expect(positions.get(long!) ?? 0).toBe(-(positions.get(short!) ?? 0));
    }
    expect(broker.truth.orders[0]).toMatchObject({ status: 'filled', filled: 4 });
    expect(broker.truth.cash).toBe(CASH - 4 * 100 * 2_400_000);
  });
});
