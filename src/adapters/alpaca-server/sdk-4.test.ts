import { Alpaca, type streaming } from '@alpacahq/alpaca-trade-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEYS, SPY_CALL, SPY_CALL_HIGH, world } from './server.fixture.ts';
import { hasDocument, SpecCheck } from './spec.fixture.ts';
import { wireSymbol } from './symbols.ts';

type World = Awaited<ReturnType<typeof world>>;

let found: World;
let alpaca: Alpaca;
const updates: streaming.TradeUpdate[] = [];
const isHeard = async (event: string, id: string | undefined) => {
  await expect.poll(() => updates.some((u) => u.event === event && u.order.id === id)).toBe(true);
};

beforeAll(async () => {
  found = await world();
  const { server } = found;
  alpaca = new Alpaca({
    ...KEYS,
    rateLimit: false,
    retry: false,
    fetchApi: (url, init) =>
      fetch(server.url + new URL(String(url)).pathname + new URL(String(url)).search, init),
  });
});
afterAll(() => found.server.close());

describe('the official SDK 4.0.2 drives a full session', () => {
  test('it reads account, clock, calendar and assets, and hears the stream', async () => {
    const { trading } = alpaca;
    expect((await trading.validateConnection()).ok).toBe(true);
    const account = await trading.account.getAccount();
    expect([account.cash, account.buyingPower, account.status]).toEqual([
      '100000',
      '200000',
      'ACTIVE',
    ]);
    expect((await trading.clock.legacyClock()).isOpen).toBe(true);
    const calendar = await trading.calendar.legacyCalendar({
      start: new Date('2024-03-04T00:00:00Z'),
      end: new Date('2024-03-08T00:00:00Z'),
    });
    expect(calendar).toHaveLength(5);
    expect(
      (await trading.assets.getV2Assets({ status: 'active' })).map(({ symbol }) => symbol),
    ).toEqual(['SPY', 'QQQ']);
    expect(
      (await trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: 'SPY' })).tradable,
    ).toBe(true);
    const contracts = await trading.collectOptionsContracts({
      underlyingSymbols: 'SPY',
      expirationDateGte: new Date('2024-04-01T00:00:00Z'),
    });
    expect(contracts.map(({ symbol }) => symbol)).toContain(wireSymbol(SPY_CALL));
    const one = await trading.assets.getOptionContractSymbolOrId({
      symbolOrId: wireSymbol(SPY_CALL),
    });
    expect(one.strikePrice).toBe('510');
    await trading.accountConfigurations.patchAccountConfig({
      accountConfigurations: { tradeConfirmEmail: 'all' },
    });
    expect((await trading.accountConfigurations.getAccountConfig()).tradeConfirmEmail).toBe('all');
    const stream = trading.stream({ url: found.server.streamUrl, reconnect: false });
    let heard = false;
    stream.on('subscription', () => {
      heard = true;
    });
    stream.onTradeUpdate((update) => updates.push(update));
    stream.subscribeTradeUpdates();
    stream.connect();
    await expect.poll(() => heard).toBe(true);
  });

  test('a market order fills, a limit order rests, is replaced and canceled', async () => {
    const { orders } = alpaca.trading;
    const bought = await orders.market({
      symbol: 'SPY',
      side: 'buy',
      qty: '20',
      clientOrderId: 'm-1',
    });
    await isHeard('fill', bought.id);
    expect((await orders.getOrderByClientOrderId({ clientOrderId: 'm-1' })).status).toBe('filled');
    const rest = await orders.limit({ symbol: 'SPY', side: 'buy', qty: 5, limitPrice: '450.00' });
    expect((await orders.getAllOrders({ status: 'open' })).map(({ id }) => id)).toEqual([rest.id]);
    const next = await orders.patchOrderByOrderId({
      orderId: rest.id as string,
      patchOrderRequest: { limitPrice: '455.00', qty: '6' },
    });
    expect([next.replaces, next.qty]).toEqual([rest.id, '6']);
    await isHeard('replaced', rest.id);
    await orders.deleteOrderByOrderID({ orderId: next.id as string });
    await isHeard('canceled', next.id);
    expect((await orders.getOrderByOrderID({ orderId: next.id as string })).status).toBe(
      'canceled',
    );
  });

  test('stop, stop limit, trailing stop, OCO and bracket do as they say', async () => {
    const { orders } = alpaca.trading;
    const { market, server } = found;
    const stop = await orders.stop({ symbol: 'SPY', side: 'sell', qty: 2, stopPrice: '495.00' });
    const limited = await orders.stopLimit({
      symbol: 'SPY',
      side: 'sell',
      qty: 2,
      stopPrice: '480.00',
      limitPrice: '470.00',
    });
    const trail = await orders.trailingStop({
      symbol: 'SPY',
      side: 'sell',
      qty: 2,
      trailPrice: '3.00',
    });
    market.set('SPY', 494.0, 494.02);
    server.tick();
    await isHeard('fill', stop.id);
    await isHeard('fill', trail.id);
    await orders.deleteOrderByOrderID({ orderId: limited.id as string });
    const oco = await orders.oco({
      symbol: 'SPY', side: 'sell', qty: 3,
      takeProfit: { limitPrice: '510.00' }, stopLoss: { stopPrice: '480.00' },
    }); // prettier-ignore
    const shown = await orders.getOrderByOrderID({ orderId: oco.id as string, nested: true });
    expect(shown.legs?.map(({ status }) => status)).toEqual(['held']);
    const bracket = await orders.bracket({
      symbol: 'QQQ', side: 'buy', qty: 4,
      takeProfit: { limitPrice: '460.00' }, stopLoss: { stopPrice: '420.00' },
    }); // prettier-ignore
    expect(bracket.legs).toHaveLength(2);
    await isHeard('fill', bracket.id);
    market.set('QQQ', 461, 461.02);
    server.tick();
    await isHeard('fill', bracket.legs?.[0]?.id);
    await isHeard('canceled', bracket.legs?.[1]?.id);
    const left = await orders.deleteAllOrders();
    expect(left.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('an order of several legs fills at its net price, leg by leg in the books', async () => {
    const { orders, positions, accountActivities } = alpaca.trading;
    const spread = await orders.submit({
      type: 'limit', orderClass: 'mleg', qty: '2', limitPrice: '4.50', timeInForce: 'day',
      legs: [
        { symbol: wireSymbol(SPY_CALL), ratioQty: '1', side: 'buy', positionIntent: 'buy_to_open' },
        { symbol: wireSymbol(SPY_CALL_HIGH), ratioQty: '1', side: 'sell', positionIntent: 'sell_to_open' },
      ],
    }); // prettier-ignore
    await isHeard('fill', spread.id);
    const shown = await orders.getOrderByOrderID({ orderId: spread.id as string, nested: true });
    expect([shown.filledAvgPrice, shown.legs?.map(({ filledQty }) => filledQty)]).toEqual([
      '4.2',
      ['2', '2'],
    ]);
    const held = await positions.getAllOpenPositions();
    const byName = Object.fromEntries(held.map(({ symbol, qty }) => [symbol, qty]));
    expect(byName).toEqual({
      SPY: '16',
      [wireSymbol(SPY_CALL)]: '2',
      [wireSymbol(SPY_CALL_HIGH)]: '-2',
    });
    const fills = await accountActivities.getAccountActivities({
      activityTypes: ['FILL'],
      pageSize: 3,
    });
    const more = await accountActivities.getAccountActivities({
      activityTypes: ['FILL'], pageSize: 3, pageToken: (fills.at(-1) as { id: string }).id,
    }); // prettier-ignore
    expect([fills.length, more.length]).toEqual([3, 3]);
    await accountActivities.getAccountActivitiesByActivityType({ activityType: 'FILL' });
  });

  test('positions close one by one and all at once, refusals have the broker form', async () => {
    const { orders, positions, portfolioHistory } = alpaca.trading;
    expect((await positions.getOpenPosition({ symbolOrAssetId: 'SPY' })).qtyAvailable).toBe('16');
    const closed = await positions.deleteOpenPosition({ symbolOrAssetId: 'SPY', qty: 6 });
    expect([closed.side, closed.qty]).toEqual(['sell', '6']);
    await isHeard('fill', closed.id);
    const all = await alpaca.trading.closeAllPositions({ cancelOrders: true });
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await positions.getAllOpenPositions()).toEqual([]);
    await expect(
      orders.market({ symbol: 'SPY', side: 'buy', qty: 1, clientOrderId: 'm-1' }),
    ).rejects.toMatchObject({ status: 422, code: 40010001 });
    await expect(orders.market({ symbol: 'SPY', side: 'buy', qty: 9_000 })).rejects.toMatchObject({
      status: 403,
      code: 40310000,
    });
    const history = await portfolioHistory.getAccountPortfolioHistory({
      period: '1M',
      timeframe: '1D',
    });
    expect(history.equity.length).toBeGreaterThan(0);
    found.goTo('2024-03-05', '20:00');
    const fees = await alpaca.trading.accountActivities.getAccountActivities({
      category: 'non_trade_activity',
    });
    expect(fees.map((fee) => (fee as { activitySubType?: string }).activitySubType)).toEqual([
      'OCC',
      'ORF',
      'TAF',
      'REG',
    ]);
  });

  test.skipIf(!hasDocument)(
    'all requests and answers are as the vendor document has them',
    { timeout: 60_000 },
    () => {
      const check = new SpecCheck();
      check.check(found.exchanges);
      expect(check.problems).toEqual([]);
      expect(check.seen.size).toBeGreaterThan(18);
      const wrong = structuredClone(found.exchanges[0]) as { answer: { status: string } };
      wrong.answer.status = 'SLEEPING';
      check.check([wrong as never]);
      expect(check.problems.join()).toContain('GET /v2/account answer status');
    },
  );
});
