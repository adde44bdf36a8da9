import { describe, expect, test } from 'vitest';
import { account, dollars, listener, open, order } from './server.fixture.ts';

describe('an order', () => {
  test('at the market is answered as pending, and fills at the ask', async () => {
    const { ask } = await open();
    const placed = await ask('POST', '/v2/orders', order({ client_order_id: 'a-1' }));
    expect([placed.status, placed.body.status]).toEqual([200, 'pending_new']);
    const seen = await ask('GET', `/v2/orders/${placed.body.id}`);
    expect(seen.body).toMatchObject({
      status: 'filled',
      filled_qty: '10',
      filled_avg_price: '500.01',
    });
    expect((await ask('GET', '/v2/account')).body.cash).toBe('94999.9');
  });

  test('outside the session waits for the open, and ends at the close if for the day', async () => {
    const { ask, goTo } = await open();
    goTo('2024-03-05', '17:00');
    const market = (await ask('POST', '/v2/orders', order({}))).body;
    const limit = (await ask('POST', '/v2/orders', order({ type: 'limit', limit_price: '400' })))
      .body;
    expect([market.status, market.expires_at]).toEqual([
      'accepted',
      '2024-03-06T21:00:00.000000000Z',
    ]);
    goTo('2024-03-06', '09:30');
    expect((await ask('GET', `/v2/orders/${market.id}`)).body.status).toBe('filled');
    goTo('2024-03-06', '16:00');
    expect((await ask('GET', `/v2/orders/${limit.id}`)).body.status).toBe('expired');
  });

  test('for an auction fills at it or ends, and immediate ones fill or end at once', async () => {
    const { ask, goTo, market } = await open();
    const close = (await ask('POST', '/v2/orders', order({ time_in_force: 'cls' }))).body;
    const gone = (
      await ask(
        'POST',
        '/v2/orders',
        order({ symbol: 'QQQ', type: 'limit', limit_price: '400', time_in_force: 'ioc' }),
      )
    ).body;
    expect((await ask('GET', `/v2/orders/${gone.id}`)).body.status).toBe('canceled');
    market.set('SPY', 505, 505.02);
    goTo('2024-03-05', '15:55');
    expect((await ask('GET', `/v2/orders/${close.id}`)).body.status).toBe('accepted');
    expect((await ask('POST', '/v2/orders', order({ time_in_force: 'cls' }))).status).toBe(422);
    goTo('2024-03-05', '16:00');
    expect((await ask('GET', `/v2/orders/${close.id}`)).body.filled_avg_price).toBe('505.02');
  });

  test("fills in parts where that is set, each an activity with the stream's id", async () => {
    const partialFills = { sharePpm: 1_000_000, pieces: 3, everyMs: 60_000 };
    const found = await open({ settings: { seed: 7, partialFills } });
    const { frames, events } = await listener(found);
    await found.ask('POST', '/v2/orders', order({ qty: '9' }));
    found.goTo('2024-03-05', '10:05');
    await expect
      .poll(events)
      .toEqual(['pending_new', 'new', 'partial_fill', 'partial_fill', 'fill']);
    const fills = (await found.ask('GET', '/v2/account/activities?direction=asc')).body;
    expect(fills.map((fill: any) => [fill.qty, fill.cum_qty, fill.leaves_qty])).toEqual([
      ['3', '3', '6'],
      ['3', '6', '3'],
      ['3', '9', '0'],
    ]);
    const told = frames.slice(4).map(({ data }) => data.execution_id);
    expect(fills.map((fill: any) => fill.id.split('::')[1])).toEqual(told);
  });

  test('a bracket whose entry is canceled ends whole; its exits wait for it', async () => {
    const { ask } = await open();
    const exits = { take_profit: { limit_price: '480' }, stop_loss: { stop_price: '420' } };
    const entry = { type: 'limit', limit_price: '450', order_class: 'bracket', ...exits };
    const placed = (await ask('POST', '/v2/orders', order(entry))).body;
    expect(placed.legs.map((leg: any) => leg.status)).toEqual(['held', 'held']);
    expect((await ask('DELETE', `/v2/orders/${placed.id}`)).status).toBe(204);
    const after = (await ask('GET', `/v2/orders/${placed.id}?nested=true`)).body;
    expect([after.status, ...after.legs.map((leg: any) => leg.status)]).toEqual(
      Array(3).fill('canceled'),
    );
    expect((await ask('DELETE', `/v2/orders/${placed.id}`)).body.code).toBe(42210000);
  });

  test('that replaces a part-filled one asks for what was left', async () => {
    const partialFills = { sharePpm: 1_000_000, pieces: 2, everyMs: 3_600_000 };
    const { ask } = await open({ settings: { seed: 7, partialFills } });
    const first = (await ask('POST', '/v2/orders', order({ type: 'limit', limit_price: '501' })))
      .body;
    const next = (await ask('PATCH', `/v2/orders/${first.id}`, { limit_price: '490' })).body;
    expect([next.qty, next.filled_qty, next.replaces]).toEqual(['5', '0', first.id]);
    const old = (await ask('GET', `/v2/orders/${first.id}`)).body;
    expect([old.status, old.filled_qty, old.replaced_by]).toEqual(['replaced', '5', next.id]);
  });
});

describe('several legs and long hours', () => {
  const [low, high] = ['SPY240419C00510000', 'SPY240419C00520000'];
  const leg = (symbol: string | undefined, side: string) => ({ symbol, side, ratio_qty: '1' });
  const spread = (terms: object) => ({
    type: 'limit',
    order_class: 'mleg',
    qty: '10',
    time_in_force: 'day',
    ...terms,
  });

  test('a credit spread binds what it can lose, and one without cover is refused', async () => {
    const { ask } = await open(account({ multiplier: 2 }));
    const legs = [leg(high, 'buy'), leg(low, 'sell')];
    const sold = await ask('POST', '/v2/orders', spread({ legs, limit_price: '-3.80' }));
    expect(sold.body).toMatchObject({ symbol: '', side: '', asset_class: '', limit_price: '-3.8' });
    const after = (await ask('GET', '/v2/account')).body;
    expect([after.cash, after.options_buying_power]).toEqual(['103800', '93800']);
    const naked = [leg(low, 'sell'), leg(high, 'sell')];
    const refused = await ask('POST', '/v2/orders', spread({ legs: naked, limit_price: '-9' }));
    expect(refused.body.message).toContain('uncovered');
    const back = [leg(high, 'sell'), leg(low, 'buy')];
    await ask('POST', '/v2/orders', spread({ legs: back, limit_price: '4.20' }));
    expect((await ask('GET', '/v2/positions')).body).toEqual([]);
  });

  test('an order for extended hours fills in them, others wait', async () => {
    const { ask, goTo } = await open();
    goTo('2024-03-05', '17:00');
    const terms = { type: 'limit', limit_price: '510' };
    const long = (await ask('POST', '/v2/orders', order({ ...terms, extended_hours: true }))).body;
    const plain = (await ask('POST', '/v2/orders', order(terms))).body;
    const statuses = [long, plain].map(
      async ({ id }) => (await ask('GET', `/v2/orders/${id}`)).body.status,
    );
    expect(await Promise.all(statuses)).toEqual(['filled', 'accepted']);
  });
});

describe('the account', () => {
  test.each([
    [1, '100000', '94999.9'],
    [2, '200000', '194999.9'],
    [4, '400000', '394999.9'],
  ] as const)(
    'of multiplier %i has %s to buy for, %s after a fill',
    async (multiplier, before, after) => {
      const { ask, market } = await open(account({ multiplier }));
      expect((await ask('GET', '/v2/account')).body.buying_power).toBe(before);
      market.set('SPY', 500.01);
      await ask('POST', '/v2/orders', order({}));
      const seen = (await ask('GET', '/v2/account')).body;
      expect([seen.buying_power, seen.equity]).toEqual([after, '100000']);
    },
  );

  test('holds buying power for open orders and gives it back', async () => {
    const { ask } = await open(account({ multiplier: 1 }));
    const { id } = (
      await ask('POST', '/v2/orders', order({ type: 'limit', limit_price: '400', qty: '100' }))
    ).body;
    expect((await ask('GET', '/v2/account')).body.buying_power).toBe('60000');
    await ask('DELETE', `/v2/orders/${id}`);
    expect((await ask('GET', '/v2/account')).body.buying_power).toBe('100000');
  });

  test('sells short where it may, with a borrow fee, and not in a cash account', async () => {
    const cash = await open(account({ multiplier: 1 }));
    expect((await cash.ask('POST', '/v2/orders', order({ side: 'sell' }))).status).toBe(403);
    const assets = {
      QQQ: { easyToBorrow: false },
      SPY: { easyToBorrow: false, borrowRatePpm: 360_000 },
    };
    const { ask, goTo } = await open({ assets });
    expect(
      (await ask('POST', '/v2/orders', order({ symbol: 'QQQ', side: 'sell' }))).body.message,
    ).toContain('cannot be sold short');
    await ask('POST', '/v2/orders', order({ side: 'sell' }));
    expect((await ask('GET', '/v2/positions/SPY')).body).toMatchObject({
      qty: '-10',
      side: 'short',
      cost_basis: '-4999.9',
      market_value: '-5000',
    });
    goTo('2024-03-05', '20:00');
    const fees = (await ask('GET', '/v2/account/activities/FEE')).body;
    expect(fees.map((fee: any) => [fee.activity_sub_type, fee.net_amount])).toEqual([
      [undefined, '-5'],
      ['TAF', '-0.01'],
      ['REG', '-0.14'],
    ]);
  });

  test('is paid dividends and has its shares split, as the market tells', async () => {
    const { ask, goTo } = await open({
      corporateActions: (date) =>
        date === '2024-03-06'
          ? [
              { kind: 'dividend', symbol: 'SPY', perShare: dollars(1.5) },
              { kind: 'split', symbol: 'SPY', from: 2, to: 3 },
            ]
          : [],
    });
    await ask('POST', '/v2/orders', order({ qty: '11' }));
    goTo('2024-03-06', '09:30');
    const [split, dividend] = (
      await ask('GET', '/v2/account/activities?category=non_trade_activity')
    ).body;
    expect(dividend).toMatchObject({
      activity_type: 'DIV',
      net_amount: '16.5',
      per_share_amount: '1.5',
      qty: '11',
    });
    expect(split).toMatchObject({ activity_type: 'SPLIT', qty: '5', net_amount: '250' });
    expect((await ask('GET', '/v2/positions/SPY')).body.qty).toBe('16');
  });
});

describe('options', () => {
  const call = {
    symbol: 'SPY240419C00510000',
    qty: '2',
    side: 'buy',
    type: 'limit',
    limit_price: '9.5',
  };

  test('in the money at their end are exercised, others expire; each an activity', async () => {
    const { ask, goTo, market } = await open(account({ multiplier: 2, cash: dollars(200_000) }));
    await ask('POST', '/v2/orders', order(call));
    await ask('POST', '/v2/orders', order({ ...call, symbol: 'SPY240419C00520000' }));
    market.set('SPY', 515);
    goTo('2024-04-19', '20:00');
    const told = (
      await ask('GET', '/v2/account/activities?category=non_trade_activity&direction=asc')
    ).body;
    const ends = told.filter(({ activity_type: type }: any) => type.startsWith('OP'));
    expect(
      ends.map((each: any) => [each.activity_type, each.symbol, each.qty, each.net_amount]),
    ).toEqual([
      ['OPEXC', 'SPY240419C00510000', '-2', '0'],
      ['OPTRD', 'SPY', '200', '-102000'],
      ['OPEXP', 'SPY240419C00520000', '-2', '0'],
    ]);
    const held = (await ask('GET', '/v2/positions')).body;
    expect(held.map((each: any) => [each.symbol, each.qty, each.avg_entry_price])).toEqual([
      ['SPY', '200', '510'],
    ]);
  });

  test('sold against shares are assigned, and need the level and the cover', async () => {
    const { ask, goTo, market } = await open(account({ multiplier: 2, optionsLevel: 1 }));
    expect((await ask('POST', '/v2/orders', order(call))).status).toBe(403);
    await ask('POST', '/v2/orders', order({ qty: '200' }));
    const sold = { ...call, side: 'sell', limit_price: '8.5' };
    expect((await ask('POST', '/v2/orders', order(sold))).status).toBe(200);
    expect((await ask('GET', '/v2/positions/SPY')).body.qty_available).toBe('0');
    expect((await ask('POST', '/v2/orders', order({ ...sold, qty: '1' }))).status).toBe(403);
    market.set('SPY', 515);
    goTo('2024-04-19', '20:00');
    expect((await ask('GET', '/v2/account/activities/OPASN')).body).toMatchObject([
      { qty: '2', net_amount: '0' },
    ]);
    expect((await ask('GET', '/v2/positions')).body).toEqual([]);
  });
});
