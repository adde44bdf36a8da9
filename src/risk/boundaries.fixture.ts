import type { Money, Price } from '../base/index.ts';
import { at, type Changes, usd } from './gate.fixture.ts';
import type { RefusalCode } from './gate.ts';

export const SELL = { side: 'sell' as const };
export const HOLDS_10 = { held: 10, cash: usd(9_000) };
/** Slippage of 1 %. */
const DEAR = { worstPrice: at(101) };
export const SHORTS = { shortSelling: true };

/** Tested with their rules in `rules.test.ts`, and with their counts in `check-rates.test.ts`. */
export const RULED: readonly RefusalCode[] = [
  'tickInvalid',
  'newPositionsAboveLimit',
  'dayTradeRule',
  'intradayMarginRule',
  'washSaleRule',
  'settlementRule',
  'dayNotionalAboveLimit',
  'identicalOrdersAboveLimit',
  'ordersPerSecondAboveLimit',
  'ordersPerMinuteAboveLimit',
];

const limitAt = (dollars: number) => ({
  pricing: { type: 'limit' as const, limitPrice: at(dollars) },
});
const stopAt = (dollars: number) => ({
  pricing: { type: 'stop' as const, stopPrice: at(dollars) },
});
const MARKS = { lastClose: usd(10_000), highest: usd(10_000) };

/** Each boundary: the last change that passes, and the first that is refused. */
export const BOUNDARIES: readonly (readonly [string, RefusalCode, Changes, Changes])[] = [
  [
    'an account that was read in this life (invariant 28)',
    'notReconciled',
    { gate: { reconciled: true } },
    { gate: { reconciled: false } },
  ],
  [
    'a question on the symbol (F031)',
    'symbolBlocked',
    { proposal: { ...SELL, purpose: 'flatten' }, standing: HOLDS_10, gate: { symbolBlocked: 'q' } },
    { proposal: { ...SELL, purpose: 'exit' }, standing: HOLDS_10, gate: { symbolBlocked: 'q' } },
  ],
  [
    'a limit price in the collar, above',
    'priceOutsideCollar',
    { proposal: limitAt(105), limits: { collarPct: 5 } },
    { proposal: limitAt(105.01), limits: { collarPct: 5 } },
  ],
  [
    'a limit price in the collar, below (F064)',
    'priceOutsideCollar',
    { proposal: limitAt(95), limits: { collarPct: 5 } },
    { proposal: limitAt(9.5), limits: { collarPct: 5 } },
  ],
  [
    'the limit price of a stop in the collar of the stop',
    'priceOutsideCollar',
    {
      proposal: { pricing: { type: 'stopLimit', stopPrice: at(110), limitPrice: at(112.2) } },
      accountLimits: { collarPct: 2 },
    },
    {
      proposal: { pricing: { type: 'stopLimit', stopPrice: at(110), limitPrice: at(112.21) } },
      accountLimits: { collarPct: 2 },
    },
  ],
  [
    'a stop to sell below the market',
    'stopOnWrongSide',
    { proposal: { ...SELL, ...stopAt(99.99), purpose: 'protect' }, standing: HOLDS_10 },
    { proposal: { ...SELL, ...stopAt(100), purpose: 'protect' }, standing: HOLDS_10 },
  ],
  [
    'a stop to buy above the market',
    'stopOnWrongSide',
    { proposal: stopAt(100.01) },
    { proposal: stopAt(100) },
  ],
  [
    'orders a day of the account',
    'ordersPerDayAboveLimit',
    { gate: { accountOrdersToday: 19 } },
    { gate: { accountOrdersToday: 20 } },
  ],
  [
    'orders a day that only reduce: ten times the room',
    'ordersPerDayAboveLimit',
    { proposal: SELL, standing: HOLDS_10, gate: { ordersToday: 199 } },
    { proposal: SELL, standing: HOLDS_10, gate: { ordersToday: 200 } },
  ],
  [
    'an order of the other side that could meet it',
    'oppositeOrder',
    { gate: { oppositeOrder: null } },
    { gate: { oppositeOrder: 'one-1 to sell SPY' } },
  ],
  [
    'an order whose outcome nobody knows (F001, invariant 5)',
    'unknownOrder',
    { proposal: SELL, standing: HOLDS_10, gate: { unknownOrder: 'one-1' } },
    { gate: { unknownOrder: 'one-1' } },
  ],
  [
    'a contract without cover (invariant 15)',
    'uncoveredShort',
    { proposal: SELL, standing: HOLDS_10, gate: { uncovered: 0 } },
    { proposal: SELL, standing: HOLDS_10, gate: { uncovered: 1 } },
  ],
  [
    'shares of one order (F064)',
    'orderQuantityAboveLimit',
    { limits: { orderQuantityMax: 10 } },
    { limits: { orderQuantityMax: 9 } },
  ],
  [
    'the notional of one order in percent',
    'orderNotionalAboveLimit',
    { limits: { orderPctMax: 10 } },
    { limits: { orderPctMax: 9.9999 } },
  ],
  [
    'cash that must stay in dollars',
    'cashBelowReserve',
    { limits: { cashReserveMin: usd(9_000) } },
    { limits: { cashReserveMin: usd(9_000.01) } },
  ],
  [
    'buying power of the broker, where that is lower',
    'buyingPowerAboveLimit',
    { standing: { brokerPower: usd(1_000) } },
    { standing: { brokerPower: usd(999.99) } },
  ],
  [
    'a position in dollars',
    'positionAboveLimit',
    { limits: { positionMax: usd(1_000) } },
    { limits: { positionMax: usd(999.99) } },
  ],
  [
    'a position with another order at a worse limit price',
    'positionAboveLimit',
    { standing: { pendingBuys: 1, pendingPrice: at(110) }, limits: { positionPctMax: 12.1 } },
    { standing: { pendingBuys: 1, pendingPrice: at(111) }, limits: { positionPctMax: 12.1 } },
  ],
  [
    'gross exposure in dollars',
    'leverageAboveLimit',
    { standing: { otherExposure: usd(4_000) }, limits: { grossExposureMax: usd(5_000) } },
    { standing: { otherExposure: usd(4_000.01) }, limits: { grossExposureMax: usd(5_000) } },
  ],
  [
    'net exposure, every live buy filled and no sale',
    'netExposureAboveLimit',
    { standing: { net: 3e9, netUp: 1e9, netDown: 9e9 }, limits: { netExposurePctMax: 50 } },
    { standing: { net: 3e9, netUp: 1e9 + 1, netDown: 9e9 }, limits: { netExposurePctMax: 50 } },
  ],
  [
    'net exposure of a fund that falls when its index rises, in dollars',
    'netExposureAboveLimit',
    {
      standing: { fundFactor: 3, net: -1e9 },
      gate: { fundSign: -1 },
      limits: { netExposureMax: usd(4_000), leverageMax: 3 },
    },
    {
      standing: { fundFactor: 3, net: -1e9, netDown: 1 },
      gate: { fundSign: -1 },
      limits: { netExposureMax: usd(4_000), leverageMax: 3 },
    },
  ],
  [
    'positions at once',
    'positionsAboveLimit',
    { standing: { otherPositions: 9 }, limits: { positionsMax: 10 } },
    { standing: { otherPositions: 10 }, limits: { positionsMax: 10 } },
  ],
  [
    'a loss of the book that was not evaluated yet (invariant 20)',
    'lossLimit',
    {
      standing: { equity: usd(9_800.01) },
      limits: { dailyLossPctMax: 2 },
      gate: { bookMarks: MARKS },
    },
    {
      standing: { equity: usd(9_800) },
      limits: { dailyLossPctMax: 2 },
      gate: { bookMarks: MARKS },
    },
  ],
  [
    'a drawdown in dollars',
    'lossLimit',
    { standing: { equity: usd(9_500.01) }, limits: { drawdownMax: usd(500) } },
    { standing: { equity: usd(9_500) }, limits: { drawdownMax: usd(500) } },
  ],
  [
    'a book that runs or stopped',
    'bookStopped',
    { gate: { bookStopped: null } },
    { gate: { bookStopped: 'it failed' } },
  ],
  [
    'the fence, to the millisecond',
    'sessionFence',
    { gate: { fenceMs: 0 } },
    { gate: { fenceMs: -1 } },
  ],
  [
    'one share or none',
    'quantityNotPositive',
    { proposal: { quantity: 1 } },
    { proposal: { quantity: 0 } },
  ],
  [
    'a part of a share',
    'quantityNotPositive',
    { proposal: { quantity: 2 } },
    { proposal: { quantity: 1.5 } },
  ],
  [
    'fewer than no shares',
    'quantityNotPositive',
    { proposal: { quantity: 1 } },
    { proposal: { quantity: -10 } },
  ],
  [
    'the smallest price',
    'priceMissing',
    { proposal: { worstPrice: 1 as Price } },
    { proposal: { worstPrice: 0 as Price } },
  ],
  [
    'the smallest expected price',
    'priceMissing',
    { proposal: { expectedPrice: 1 as Price } },
    { proposal: { expectedPrice: -1 as Price } },
  ],
  [
    'orders a day',
    'ordersPerDayAboveLimit',
    { gate: { ordersToday: 19 } },
    { gate: { ordersToday: 20 } },
  ],
  [
    'a sale of all that is held',
    'oversell',
    { proposal: SELL, standing: HOLDS_10 },
    { proposal: { ...SELL, quantity: 11 }, standing: HOLDS_10 },
  ],
  [
    'a sale beside another that is pending (F061)',
    'oversell',
    { proposal: { ...SELL, quantity: 6 }, standing: { ...HOLDS_10, pendingSells: 4 } },
    { proposal: { ...SELL, quantity: 7 }, standing: { ...HOLDS_10, pendingSells: 4 } },
  ],
  [
    'a sale of what is still to be bought (F061)',
    'oversell',
    { proposal: SELL, standing: { ...HOLDS_10, pendingBuys: 5 } },
    { proposal: { ...SELL, quantity: 11 }, standing: { ...HOLDS_10, pendingBuys: 5 } },
  ],
  [
    'an exit that raises (F064)',
    'exitRaisesPosition',
    { proposal: { ...SELL, purpose: 'exit' }, standing: HOLDS_10 },
    { proposal: { purpose: 'exit' }, standing: HOLDS_10 },
  ],
  [
    'an exit that crosses zero (F064)',
    'exitRaisesPosition',
    { proposal: { ...SELL, purpose: 'flatten' }, standing: HOLDS_10, limits: SHORTS },
    { proposal: { ...SELL, purpose: 'flatten', quantity: 11 }, standing: HOLDS_10, limits: SHORTS },
  ],
  [
    'the notional at the worst price',
    'orderNotionalAboveLimit',
    { proposal: DEAR, limits: { orderNotionalMax: usd(1_010) } },
    { proposal: DEAR, limits: { orderNotionalMax: (usd(1_010) - 1) as Money } },
  ],
  [
    'the notional of contracts',
    'orderNotionalAboveLimit',
    { proposal: { multiplier: 100, quantity: 1 }, limits: { orderNotionalMax: usd(10_000) } },
    { proposal: { multiplier: 100, quantity: 2 }, limits: { orderNotionalMax: usd(10_000) } },
  ],
  [
    'cash that fees are taken from too',
    'cashBelowReserve',
    { proposal: { worstCost: usd(1_000) }, standing: { cash: usd(1_000) } },
    { proposal: { worstCost: (usd(1_000) + 1) as Money }, standing: { cash: usd(1_000) } },
  ],
  [
    'cash that orders under way will take',
    'cashBelowReserve',
    { standing: { reserved: usd(9_000) } },
    { standing: { reserved: usd(9_000.01) } },
  ],
  [
    'cash that must stay',
    'cashBelowReserve',
    { proposal: { quantity: 95 }, limits: { cashReservePctMin: 5 } },
    { proposal: { quantity: 96 }, limits: { cashReservePctMin: 5 } },
  ],
  [
    'buying power',
    'buyingPowerAboveLimit',
    { proposal: { quantity: 95 }, limits: { buyingPowerPctMax: 95 } },
    { proposal: { quantity: 96 }, limits: { buyingPowerPctMax: 95 } },
  ],
  [
    'a position at the worst price',
    'positionAboveLimit',
    { proposal: DEAR, limits: { positionPctMax: 10.1 } },
    { proposal: DEAR, limits: { positionPctMax: 10.0999 } },
  ],
  [
    'a position held at the price expected, raised at the worst',
    'positionAboveLimit',
    { proposal: DEAR, standing: HOLDS_10, limits: { positionPctMax: 20.1 } },
    { proposal: DEAR, standing: HOLDS_10, limits: { positionPctMax: 20.0999 } },
  ],
  [
    'a position with all that is pending (F060)',
    'positionAboveLimit',
    { standing: { pendingBuys: 15 }, limits: { positionPctMax: 25 } },
    { standing: { pendingBuys: 16 }, limits: { positionPctMax: 25 } },
  ],
  [
    'a position beside a sale that may not fill (F060)',
    'positionAboveLimit',
    { standing: { ...HOLDS_10, pendingSells: 10 }, limits: { positionPctMax: 20 } },
    { standing: { ...HOLDS_10, pendingSells: 10 }, limits: { positionPctMax: 19.9999 } },
  ],
  [
    'a short position, at the price expected',
    'positionAboveLimit',
    { proposal: { ...SELL, worstPrice: at(99) }, limits: { ...SHORTS, positionPctMax: 10 } },
    { proposal: { ...SELL, worstPrice: at(99) }, limits: { ...SHORTS, positionPctMax: 9.9999 } },
  ],
  [
    'a short position with sales that are pending',
    'positionAboveLimit',
    { proposal: SELL, standing: { pendingSells: 5 }, limits: { ...SHORTS, positionPctMax: 15 } },
    { proposal: SELL, standing: { pendingSells: 6 }, limits: { ...SHORTS, positionPctMax: 15 } },
  ],
  [
    'a buy that turns a short position long',
    'positionAboveLimit',
    { standing: { held: -4 }, limits: { positionPctMax: 6 } },
    { standing: { held: -3 }, limits: { positionPctMax: 6 } },
  ],
  [
    'leverage, with all other exposure',
    'leverageAboveLimit',
    { standing: { otherExposure: usd(14_000) }, limits: { leverageMax: 1.5 } },
    { standing: { otherExposure: usd(14_000.01) }, limits: { leverageMax: 1.5 } },
  ],
  [
    'leverage of a fund, with its factor',
    'leverageAboveLimit',
    { proposal: { quantity: 50 }, standing: { fundFactor: 3 }, limits: { leverageMax: 1.5 } },
    { proposal: { quantity: 51 }, standing: { fundFactor: 3 }, limits: { leverageMax: 1.5 } },
  ],
];
