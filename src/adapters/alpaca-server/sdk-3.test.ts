import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEYS, order, SPY_CALL, SPY_CALL_HIGH, world } from './server.fixture.ts';
import { hasDocument, SpecCheck } from './spec.fixture.ts';
import { wireSymbol } from './symbols.ts';

interface Told {
  readonly event: string;
  readonly order: { readonly id: string; readonly status: string };
}
interface TradeStream {
  onConnect(hear: () => void): void;
  onOrderUpdate(hear: (update: Told) => void): void;
  onStateChange(hear: (state: string) => void): void;
  subscribe(streams: readonly string[]): void;
  connect(): void;
  disconnect(): void;
}
/** The parts of SDK 3.1.3 that are used here: it has no types that fit. */
type Sdk3 = Record<string, (...given: unknown[]) => Promise<any>> & {
  readonly trade_ws: TradeStream;
};

const load = createRequire(import.meta.url);
const loaded = load('alpaca-trade-api-3') as { default?: unknown };
const Sdk = (loaded.default ?? loaded) as new (options: object) => Sdk3;

let found: Awaited<ReturnType<typeof world>>;
let alpaca: Sdk3;
const updates: Told[] = [];
const isHeard = async (event: string, id: string) => {
  await expect.poll(() => updates.some((u) => u.event === event && u.order.id === id)).toBe(true);
};
const call = (name: string, ...given: unknown[]): Promise<any> =>
  (alpaca[name] as (...all: unknown[]) => Promise<any>)(...given);

beforeAll(async () => {
  found = await world();
  const { url } = found.server;
  alpaca = new Sdk({ keyId: KEYS.keyId, secretKey: KEYS.secret, baseUrl: url, dataBaseUrl: url });
});
afterAll(async () => {
  alpaca.trade_ws.disconnect();
  await found.server.close();
});

describe('the SDK 3.1.3 drives a full session', () => {
  test('it reads account, clock, calendar and assets, and hears the stream', async () => {
    expect(await call('getAccount')).toMatchObject({ cash: '100000', multiplier: '2' });
    expect((await call('getClock')).is_open).toBe(true);
    const days = await call('getCalendar', { start: '2024-03-04', end: '2024-03-08' });
    expect(days.map((day: { date: string }) => day.date)).toHaveLength(5);
    expect(await call('getAssets', { status: 'active' })).toHaveLength(2);
    expect((await call('getAsset', 'SPY')).symbol).toBe('SPY');
    await call('updateAccountConfigurations', { no_shorting: true });
    expect((await call('getAccountConfigurations')).no_shorting).toBe(true);
    const stream = alpaca.trade_ws;
    const states: string[] = [];
    stream.onStateChange((state) => states.push(state));
    stream.onConnect(() => stream.subscribe(['trade_updates']));
    stream.onOrderUpdate((update) => updates.push(update));
    stream.connect();
    await expect.poll(() => states).toContain('connected');
  });

  test('orders of each type fill, rest, are replaced and canceled', async () => {
    const { market, server } = found;
    const bought = await call('createOrder', order({ qty: 20, client_order_id: 'three-1' }));
    await isHeard('fill', bought.id);
    expect((await call('getOrderByClientId', 'three-1')).filled_avg_price).toBe('500.01');
    const rest = await call('createOrder', order({ type: 'limit', limit_price: '450.00' }));
    const next = await call('replaceOrder', rest.id, { limit_price: '455.00' });
    expect(next.replaces).toBe(rest.id);
    await isHeard('replaced', rest.id);
    await call('cancelOrder', next.id);
    await isHeard('canceled', next.id);
    const stop = await call(
      'createOrder',
      order({ side: 'sell', qty: '2', type: 'stop', stop_price: '495' }),
    );
    market.set('SPY', 494, 494.02);
    server.tick();
    await isHeard('fill', stop.id);
    expect((await call('getOrder', stop.id)).status).toBe('filled');
    expect((await call('getOrders', { status: 'closed', limit: 10 })).length).toBe(4);
  });

  test('bracket, OCO and several legs do as they say', async () => {
    const { market, server } = found;
    const exits = { take_profit: { limit_price: '460' }, stop_loss: { stop_price: '420' } };
    const bracket = await call(
      'createOrder',
      order({ symbol: 'QQQ', qty: '4', order_class: 'bracket', ...exits }),
    );
    await isHeard('fill', bracket.id);
    market.set('QQQ', 419, 419.02);
    server.tick();
    await isHeard('fill', bracket.legs[1].id);
    await isHeard('canceled', bracket.legs[0].id);
    const oco = await call('createOrder', order({
      side: 'sell', qty: '3', type: 'limit', order_class: 'oco',
      take_profit: { limit_price: '510' }, stop_loss: { stop_price: '480', limit_price: '479' },
    })); // prettier-ignore
    await call('cancelOrder', oco.id);
    await isHeard('canceled', oco.legs[0].id);
    const spread = await call('createOrder', {
      type: 'market', order_class: 'mleg', qty: '1', time_in_force: 'day',
      legs: [
        { symbol: wireSymbol(SPY_CALL), ratio_qty: '1', side: 'buy', position_intent: 'buy_to_open' },
        { symbol: wireSymbol(SPY_CALL_HIGH), ratio_qty: '1', side: 'sell', position_intent: 'sell_to_open' },
      ],
    }); // prettier-ignore
    await isHeard('fill', spread.id);
    expect(await call('getPosition', wireSymbol(SPY_CALL_HIGH))).toMatchObject({
      qty: '-1',
      side: 'short',
    });
  });

  test('positions close, activities and history are read', async () => {
    await call('closePosition', 'SPY');
    const all = await call('closeAllPositions');
    expect(all.map(({ status }: { status: number }) => status)).toEqual([200, 200]);
    expect(await call('getPositions')).toEqual([]);
    const fills = await call('getAccountActivities', { activityTypes: ['FILL'], pageSize: 5 });
    expect(fills).toHaveLength(5);
    const ids = new Set<string>(fills.map(({ id }: { id: string }) => id.split('::')[1]));
    const told = updates.flatMap(
      (update) => (update as { execution_id?: string }).execution_id ?? [],
    );
    expect(told.some((id) => ids.has(id))).toBe(true);
    await call('cancelAllOrders');
    const history = await call('getPortfolioHistory', { period: '1M', timeframe: '1D' });
    expect(history.timestamp.length).toBe(history.equity.length);
    const refused = await call('createOrder', order({ client_order_id: 'three-1' })).catch(
      (error: { response: { status: number; data: object } }) => error.response,
    );
    expect([refused.status, refused.data]).toEqual([
      422,
      { code: 40010001, message: 'client_order_id must be unique' },
    ]);
  });

  test.skipIf(!hasDocument)(
    'all requests and answers are as the vendor document has them',
    { timeout: 60_000 },
    () => {
      const check = new SpecCheck();
      check.check(found.exchanges);
      expect(check.problems).toEqual([]);
      expect(check.seen.size).toBeGreaterThan(16);
    },
  );
});
