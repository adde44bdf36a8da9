import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  brokerDesk,
  brokerOrders,
  askBroker,
  FIRST,
  FORTNIGHT,
  liveArgs,
  PAPER_ACCOUNT,
  type Served,
  serveBroker,
  Wire,
} from './broker.fixture.ts';
import {
  copyExample,
  done,
  effectsOf,
  type Json,
  linesOf,
  ranIn,
  recordsOf,
  scratch,
  told,
} from './cli.fixture.ts';

const folder = scratch('brokers');
const market = copyExample('hierarchical-adaptive', join(folder, 'market'));
const DAYS = 8; // the storm closed two of ten

interface Outcome {
  readonly days: number;
  readonly decisions: number;
  readonly fills: number;
  readonly digest: string;
  readonly state: { readonly positions: Readonly<Record<string, number>> };
}

const outcomeOf = (out: string): Outcome => JSON.parse(out) as Outcome;

describe('a fortnight at the paper broker, as processes of their own', () => {
  let served: Served;
  let wire: Wire;
  let desk: string;
  let outcome: Outcome;

  beforeAll(async () => {
    served = await serveBroker(market);
    wire = await Wire.to(served.url);
    desk = brokerDesk(join(folder, 'paper'), wire.url);
  });

  test('the broker tells where it is and what it has', () => {
    const { told: line } = served;
    expect(line).toMatchObject({
      account: PAPER_ACCOUNT,
      symbols: expect.arrayContaining(['QQQ']),
    });
    expect(line['url']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(JSON.stringify(line)).not.toContain('secret');
  });

  test('check asks the broker and sends nothing; its clock stays where it was', async () => {
    const before = await askBroker(served.url, '/v2/clock');
    const checked = await told(['check', desk, '--stage', 'paper']);
    expect(checked).toMatchObject({ ok: true });
    const lines = (checked['findings'] as Json[]).map(({ line, verdict }) => `${line} ${verdict}`);
    expect(lines).toEqual(expect.arrayContaining(['Account ok', 'Calendar ok', 'Data ok']));
    expect(wire.orders()).toEqual([]);
    expect(await askBroker(served.url, '/v2/clock')).toEqual(before);
  });

  test('once does the first slot in 14 steps', async () => {
    const { code, out } = await ranIn({}, liveArgs('once', desk, 'paper', '--from', FIRST));
    expect(code).toBe(0);
    const steps = [...out.matchAll(/^\[ ?(\d+)\/14\] /gm)].map((match) => Number(match[1]));
    expect(steps).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
    expect(out).toContain('orders go to the broker');
    expect(effectsOf(desk, 'decision').map(({ date }) => date)).toEqual([FIRST]);
  });

  test('run goes on to the end, and decides what the backtest decides', async () => {
    const { code, out, err } = await ranIn({}, [
      ...liveArgs('run', desk, 'paper', ...FORTNIGHT),
      '--json',
    ]);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    outcome = outcomeOf(out);
    expect(outcome).toMatchObject({ days: DAYS, decisions: DAYS });
    expect(outcome.fills).toBeGreaterThan(10);
    const file = join(folder, 'decisions.jsonl');
    await told(['backtest', market, ...FORTNIGHT, '--decisions', file]);
    const plain = (all: Json[]) =>
      all.map(({ date, action, targets }) => ({ date, action, targets }));
    expect(plain(effectsOf(desk, 'decision'))).toEqual(plain(linesOf(file)));
  });

  test('the broker has one order an intent; the books have its positions and fills', async () => {
    const orders = await brokerOrders(served.url);
    const intents = recordsOf(desk, 'submit').map(({ body }) => body['intent'] as Json);
    const ids = orders.map((order) => order.client_order_id);
    expect(ids).toEqual(intents.map(({ clientOrderId }) => clientOrderId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(wire.orders()).toHaveLength(ids.length);
    const held = await askBroker<Json[]>(served.url, '/v2/positions');
    const theirs = Object.fromEntries(held.map(({ symbol, qty }) => [symbol, Number(qty)]));
    expect(outcome.state.positions).toEqual(theirs);
    const filled = orders.reduce((sum, order) => sum + Number(order.filled_qty), 0);
    const booked = effectsOf(desk, 'fill').map(({ quantity }) => Number(quantity));
    expect(booked.reduce((sum, quantity) => sum + quantity, 0)).toBe(filled);
    const { cash } = await told(['status', desk]);
    const account = await askBroker(served.url, '/v2/account');
    expect(Number(cash)).toBeCloseTo(Number(account['cash']), 2);
  });

  test('status, positions, orders and why tell it, the account to its last four', async () => {
    const status = await told(['status', desk]);
    expect(status).toMatchObject({
      stage: 'paper',
      epoch: 2,
      halt: 'NONE',
      live: 0,
      account: `alpaca …${PAPER_ACCOUNT.slice(-4)}`,
      override: null,
      positions: outcome.state.positions,
    });
    const [positions, orders, why] = await Promise.all([
      done(['positions', desk]),
      done(['orders', desk]),
      done(['why', 'QQQ', FIRST, desk]),
    ]);
    for (const symbol of Object.keys(outcome.state.positions)) expect(positions).toContain(symbol);
    expect(orders.match(/filled/g)?.length).toBe(effectsOf(desk, 'fill').length);
    expect(why).toContain(`${FIRST} hav (hierarchical-adaptive): rebalance`);
  });

  test('the journal verifies, and replays byte for byte', async () => {
    expect(await told(['journal', 'verify', desk])).toMatchObject({ ok: true });
    expect(await told(['replay', desk])).toMatchObject({ ok: true, difference: null });
  });

  test('data pull brings the bars of the broker into the store', async () => {
    const dates = ['--from', '2012-10-01', '--to', '2012-10-31'];
    const place = { cwd: desk };
    const pulled = await told<{ pulled: Json[] }>(
      ['data', 'pull', 'QQQ', 'TLT', '--source', 'alpaca', ...dates],
      place,
    );
    expect(pulled.pulled).toMatchObject([
      { ok: true, symbol: 'QQQ', pulled: { added: 21 } },
      { ok: true, symbol: 'TLT', pulled: { added: 21 } },
    ]);
    expect(wire.orders().every(({ path }) => path === '/v2/orders')).toBe(true);
  });
});

describe('dry run with live data', () => {
  test('decides, and no order request reaches the broker (invariant 25)', async () => {
    const served = await serveBroker(market);
    const wire = await Wire.to(served.url);
    const desk = brokerDesk(join(folder, 'dry'), wire.url);
    const { code, out } = await ranIn({}, [
      ...liveArgs('run', desk, 'dry-run', ...FORTNIGHT),
      '--json',
    ]);
    expect(code).toBe(0);
    expect(outcomeOf(out)).toMatchObject({ days: DAYS, decisions: DAYS });
    expect(effectsOf(desk, 'fill').length).toBeGreaterThan(10);
    expect(wire.orders()).toEqual([]);
    expect(wire.passed.filter(({ path }) => /orders|positions|\/stream/.test(path))).toEqual([]);
    expect(wire.passed.length).toBeGreaterThan(DAYS);
    expect(await brokerOrders(served.url)).toEqual([]);
    expect(await told(['status', desk])).toMatchObject({ stage: 'dry-run' });
    expect(await told(['replay', desk])).toMatchObject({ ok: true });
  });
});
