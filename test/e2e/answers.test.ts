import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  copyExample,
  done,
  effectsOf,
  type Json,
  refused,
  scratch,
  start,
  told,
} from './cli.fixture.ts';

const folder = scratch('answers');
const desk = copyExample('hierarchical-adaptive', join(folder, 'desk'));
const fresh = copyExample('hierarchical-adaptive', join(folder, 'fresh'));

interface Fill {
  readonly date: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: number;
  readonly order: string;
}

let state: Json;
let equity = '';
let fills: Fill[] = [];

beforeAll(async () => {
  const dates = ['--from', '2011-06-15', '--to', '2011-12-30'];
  const ran = await told(['run', desk, '--stage', 'paper', ...dates]);
  state = ran['state'] as Json;
  equity = ran['finalEquity'] as string;
  fills = effectsOf<Fill>(desk, 'fill');
});

describe.concurrent('what a desk with a journal answers', () => {
  test('journal verify finds it sound', async () => {
    expect(await told(['journal', 'verify', desk])).toMatchObject({
      ok: true,
      records: expect.any(Number),
      head: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await done(['journal', 'verify', desk])).toMatch(/^Sound: \d+ records, head [0-9a-f]/);
  });

  test('replay reproduces every effect, up to a date or all (invariant 27)', async () => {
    const [all, part, text] = await Promise.all([
      told(['replay', desk]),
      told(['replay', desk, '--date', '2011-06-29']),
      done(['replay', desk]),
    ]);
    const orders = new Set(fills.map(({ order }) => order)).size;
    expect(all).toMatchObject({ ok: true, difference: null, decisions: 139, orders });
    expect(part).toMatchObject({ ok: true, decisions: 11 });
    expect(text).toContain('byte for byte');
  });

  test('positions are those of the run', async () => {
    const found = await told(['positions', desk]);
    expect(found).toMatchObject({ positions: state['positions'], equity, cash: state['cash'] });
    const out = await done(['positions', desk]);
    for (const [symbol, shares] of Object.entries(state['positions'] as Json)) {
      expect(out).toMatch(new RegExp(`hav +${symbol} +${String(shares)} `));
    }
  });

  test('orders lists the newest first, as filled', async () => {
    const { orders } = await told<{ orders: Json[] }>(['orders', desk]);
    const newest = fills.at(-1);
    expect(orders[0]).toMatchObject({
      order: newest?.order,
      symbol: newest?.symbol,
      side: newest?.side,
      filled: newest?.quantity,
      status: 'filled',
    });
    expect(await done(['orders', desk])).toContain(newest?.order);
  });

  test('status tells stage, epoch, halt and books', async () => {
    expect(await told(['status', desk])).toMatchObject({
      stage: 'paper',
      epoch: 1,
      halt: 'NONE',
      live: 0,
      equity,
      books: [{ name: 'hav', stopped: null }],
    });
    const out = await done(['status', desk]);
    expect(out).toContain('stage paper');
    expect(out).toContain('hav: running');
  });

  test.each([['status'], ['journal', 'verify'], ['why', 'QQQ', '2011-07-05']])(
    'a desk without a journal is told apart: %s %s',
    async (...args) => {
      expect(await refused([...args, fresh], 4)).toContain('has no journal yet');
    },
  );

  test('the folder at hand is the desk where none is named', async () => {
    const { code, out } = await start(['status'], { cwd: desk }).ended;
    expect(code).toBe(0);
    expect(out).toContain('stage paper');
  });
});

const why = (symbol: string, date: string): Promise<string> => done(['why', symbol, date, desk]);
const whyJson = (symbol: string, date: string): Promise<Json> => told(['why', symbol, date, desk]);

describe.concurrent('why', () => {
  test('of a day with a trade gives the rule, its figures and the fill', async () => {
    const { symbol, date, side, quantity, order } = fills.at(-1) as Fill;
    const out = await why(symbol, date);
    expect(out).toContain(`${date} hav (hierarchical-adaptive): rebalance`);
    expect(out).toMatch(/Cell \d \(\w+, \w+\):.* wanted, deviation [\d.]+ > 0\.025/);
    expect(out).toMatch(/t_norm -?[\d.]+/);
    expect(out).toContain(`filled: ${side} ${quantity} at `);
    expect(out).toContain(order);
    expect(await whyJson(symbol, date)).toMatchObject({
      symbol,
      date,
      decisions: [{ action: 'rebalance', facts: { rebalance: 1 } }],
      fills: [{ order, quantity }],
    });
  });

  test('of a day without a trade says why not', async () => {
    const traded = new Set(fills.map(({ date }) => date));
    const quiet = effectsOf(desk, 'decision').find(
      ({ date, action }) => action === 'hold' && !traded.has(date as string),
    );
    const date = quiet?.['date'] as string;
    const out = await why('TQQQ', date);
    expect(out).toContain(`${date} hav (hierarchical-adaptive): hold`);
    expect(out).toContain('unchanged, deviation');
    expect(out).toContain('TQQQ was not traded');
    expect(await whyJson('TQQQ', date)).toMatchObject({
      decisions: [{ action: 'hold' }],
      fills: [],
    });
  });

  test.each([
    ['a holiday', '2011-07-04', 'it was not a trading day'],
    ['a Sunday', '2011-07-10', 'it was not a trading day'],
    ['a day before the run', '2011-06-14', 'the run begins on 2011-06-15'],
    ['a day after the run', '2012-01-03', 'the run ends on 2011-12-30'],
  ])('of %s names the reason', async (_, date, reason) => {
    expect(await why('QQQ', date)).toBe(`No decision on ${date}: ${reason}\n`);
    expect(await whyJson('QQQ', date)).toMatchObject({
      date,
      decisions: [],
      fills: [],
      noDecision: reason,
    });
  });
});
