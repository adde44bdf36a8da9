import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { open, order } from './server.fixture.ts';
import { FIXTURES, hasDocument } from './spec.fixture.ts';

describe('refusals have the recorded bodies', () => {
  const seen = (): any[] => JSON.parse(readFileSync(`${FIXTURES}/errors.seen.json`, 'utf8'));
  const holding = async () => {
    const found = await open();
    await found.ask('POST', '/v2/orders', order({}));
    return found;
  };
  const call = { symbol: 'SPY240419C00510000', qty: '2', side: 'sell' };
  const rest = { side: 'sell', type: 'limit', limit_price: '550' };
  const penny = { type: 'limit', limit_price: '290.123' };
  const stopPenny = { type: 'stop', stop_price: '290.123', side: 'sell' };
  const bracket = {
    side: 'sell',
    order_class: 'bracket',
    take_profit: { limit_price: '400' },
    stop_loss: { stop_price: '600' },
  };
  const buy = order({ qty: '9000' });
  // Place in the recorded list, orders sent before, the order that is refused.
  test.skipIf(!hasDocument).each([
    ['buying power', 0, [], buy],
    ['covered call', 1, [], order(call)],
    ['shares held', 2, [order(rest)], order({ side: 'sell', qty: '1' })],
    ['wash trade', 5, [order(rest)], order({ qty: '1' })],
    ['bracket as exit', 6, [], order(bracket)],
    ['sub-penny limit', 8, [], order(penny)],
    ['sub-penny stop', 9, [], order(stopPenny)],
  ])('%s', async (_, place, before, refused) => {
    const { ask } = await holding();
    for (const each of before) expect((await ask('POST', '/v2/orders', each)).status).toBe(200);
    const { status, body } = await ask('POST', '/v2/orders', refused);
    const wanted = seen()[place];
    const shape = (text: string) => text.replace(/[\d.]+/g, '#');
    expect([status, body.code, shape(body.message)]).toEqual([
      wanted.http,
      wanted.body.code,
      shape(wanted.body.message),
    ]);
    expect(Object.keys(body)).toEqual(expect.arrayContaining(Object.keys(wanted.body)));
  });

  test('a long buy beside an open short sale, a taken client id, an unknown order', async () => {
    const { ask } = await open();
    await ask('POST', '/v2/orders', order({ ...rest, client_order_id: 'x' }));
    const long = await ask('POST', '/v2/orders', order({ type: 'limit', limit_price: '400' }));
    expect(long.body).toEqual({
      code: 40310000,
      message: 'cannot open a long buy while a short sell order is open',
    });
    const again = await ask('POST', '/v2/orders', order({ ...rest, client_order_id: 'x' }));
    expect([again.status, again.body.message]).toEqual([422, 'client_order_id must be unique']);
    const id = '00000000-0000-4000-8000-000000000000';
    expect((await ask('GET', `/v2/orders/${id}`)).status).toBe(404);
    expect((await ask('GET', '/v2/orders/none')).body).toEqual({
      code: 40010001,
      message: 'order_id is missing',
    });
    expect((await ask('GET', '/v2/watchlists')).status).toBe(404);
  });

  test('what has no sense as an order is told so, and nothing is taken', async () => {
    const { ask } = await open();
    const odd = [
      {}, { qty: '0' }, { qty: '-1' }, { qty: 'NaN' }, { qty: '1e3' }, { qty: '1.5' }, { notional: '5' }, { symbol: 'NONE' },
      { symbol: 'spy' }, { side: 'hold' }, { type: 'limit' }, { type: 'stop' }, { limit_price: '1' }, { type: 'trailing_stop' },
      { time_in_force: 'gtd' }, { order_class: 'oco' }, { order_class: 'mleg', legs: [] }, { client_order_id: 'x'.repeat(129) },
      { type: 'limit', limit_price: '-5' }, { extended_hours: true }, { position_intent: 'sell_to_open' },
    ].slice(1); // prettier-ignore
    for (const terms of odd) {
      const { status, body } = await ask('POST', '/v2/orders', order(terms));
      expect([422, 403]).toContain(status);
      expect(body).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
    }
    for (const body of [null, [], 'text', 7])
      expect((await ask('POST', '/v2/orders', body)).status).toBe(422);
    expect((await ask('GET', '/v2/orders?status=all')).body).toEqual([]);
  });
});
