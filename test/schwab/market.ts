import {
  type DateText,
  dateOfDay,
  dayNumber,
  type Instant,
  instant,
} from '../../src/base/index.ts';
import { exchangeOffsetMs, parseOcc, sessionOn } from '../../src/market/index.ts';
import { isOption, numberOf } from './shapes.ts';
import type { Quoted } from './world.ts';

export interface Candle {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** Milliseconds: of a daily one midnight in Chicago. */
  readonly datetime: number;
}

/** One entry of `/quotes`, by the symbol that was asked for. */
export function quoteJson(symbol: string, quote: Quoted, at: Instant, realtime: boolean) {
  return isOption(symbol)
    ? optionJson(symbol, quote, at, realtime)
    : equityJson(symbol, quote, at, realtime);
}

const zeros = (names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, 0]));

function equityJson(symbol: string, { bid, ask, last }: Quoted, at: Instant, realtime: boolean) {
  const prices = { askPrice: ask, bidPrice: bid, lastPrice: last, mark: (bid + ask) / 2 };
  return {
    assetMainType: 'EQUITY',
    assetSubType: 'COE',
    quoteType: 'NBBO',
    realtime,
    ssid: numberOf(symbol),
    symbol,
    extended: {
      ...zeros(['askSize', 'bidSize', 'lastSize', 'totalVolume']),
      ...prices,
      quoteTime: at,
      tradeTime: at,
    },
    fundamental: {
      ...zeros(['avg10DaysVolume', 'avg1YearVolume', 'divAmount', 'divFreq', 'divPayAmount']),
      ...zeros(['divYield', 'eps', 'fundLeverageFactor', 'peRatio']),
      declarationDate: '2024-11-20T05:00:00Z',
      divExDate: '2024-12-05T05:00:00Z',
      divPayDate: '2024-12-27T05:00:00Z',
      lastEarningsDate: '2024-11-20T05:00:00Z',
      nextDivExDate: '2025-03-05T05:00:00Z',
      nextDivPayDate: '2025-03-27T04:00:00Z',
    },
    quote: {
      ...zeros(['52WeekHigh', '52WeekLow', 'closePrice', 'highPrice', 'lowPrice', 'openPrice']),
      ...zeros(['markChange', 'markPercentChange', 'netChange', 'netPercentChange']),
      ...zeros(['postMarketChange', 'postMarketPercentChange', 'totalVolume']),
      ...prices,
      askSize: 2,
      bidSize: 3,
      lastSize: 100,
      askMICId: 'MEMX',
      bidMICId: 'XNAS',
      lastMICId: 'XADF',
      securityStatus: 'Normal',
      askTime: at,
      bidTime: at,
      quoteTime: at,
      tradeTime: at,
    },
    reference: {
      cusip: String(numberOf(symbol)),
      description: symbol,
      exchange: 'Q',
      exchangeName: 'NASDAQ',
      isHardToBorrow: false,
      isShortable: true,
      htbRate: 0,
    },
    regular: {
      regularMarketLastPrice: last,
      regularMarketLastSize: 100,
      regularMarketNetChange: 0,
      regularMarketPercentChange: 0,
      regularMarketTradeTime: at,
    },
  };
}

function optionJson(symbol: string, { bid, ask, last }: Quoted, at: Instant, realtime: boolean) {
  const { root, expiration, right, strikeMills } = parseOcc(symbol);
  const [year, month, day] = expiration.split('-').map(Number);
  return {
    assetMainType: 'OPTION',
    realtime,
    ssid: numberOf(symbol),
    symbol,
    quote: {
      ...zeros(['52WeekHigh', '52WeekLow', 'closePrice', 'highPrice', 'lowPrice', 'openPrice']),
      ...zeros(['gamma', 'rho', 'theta', 'vega', 'impliedYield', 'indAskPrice', 'indBidPrice']),
      ...zeros(['indQuoteTime', 'markChange', 'markPercentChange', 'moneyIntrinsicValue']),
      ...zeros(['netChange', 'netPercentChange', 'theoreticalOptionValue', 'timeValue']),
      ...zeros(['totalVolume', 'underlyingPrice']),
      askPrice: ask,
      askSize: 20,
      bidPrice: bid,
      bidSize: 24,
      lastPrice: last,
      lastSize: 1,
      mark: (bid + ask) / 2,
      delta: 0.5,
      volatility: 20.5,
      openInterest: 847,
      quoteTime: at,
      tradeTime: at,
      securityStatus: 'Normal',
    },
    reference: {
      contractType: right === 'call' ? 'C' : 'P',
      daysToExpiration: 6,
      deliverables: `100 ${root}`,
      description: symbol,
      exchange: 'O',
      exchangeName: 'OPR',
      exerciseType: 'A',
      expirationDay: day,
      expirationMonth: month,
      expirationType: 'W',
      expirationYear: year,
      isPennyPilot: true,
      lastTradingDay: at,
      multiplier: 100,
      settlementType: 'P',
      strikePrice: strikeMills / 1_000,
      underlying: root,
      underlyingAssetType: 'EQUITY',
    },
  };
}

/** The midnight in Chicago at which a date's daily candle is stamped: 1:00 in New York. */
export function chicagoMidnight(date: DateText): Instant {
  const day = dayNumber(date) * 86_400_000;
  const offset = exchangeOffsetMs(instant(day + 18_000_000));
  return instant(day - offset + 3_600_000);
}

/** Equity hours of one date, as `/markets` tells them. */
export function marketsJson(date: DateText): Record<string, unknown> {
  const session = sessionOn(date);
  if (session === undefined) {
    const closed = { date, marketType: 'EQUITY', product: 'equity', isOpen: false };
    return { equity: { equity: closed } };
  }
  const regularMarket = [{ start: zoned(session.open), end: zoned(session.close) }];
  const open = { date, marketType: 'EQUITY', product: 'EQ', productName: 'equity', isOpen: true };
  const early = instant(session.open - 9_000_000);
  const late = instant(session.close + 14_400_000);
  const sessionHours = {
    preMarket: [{ start: zoned(early), end: zoned(session.open) }],
    regularMarket,
    postMarket: [{ start: zoned(session.close), end: zoned(late) }],
  };
  return { equity: { EQ: { ...open, sessionHours } } };
}

/** "2022-04-14T09:30:00-04:00". */
function zoned(at: Instant): string {
  const offset = exchangeOffsetMs(at);
  const local = new Date(at + offset).toISOString().slice(0, 19);
  return `${local}-0${-offset / 3_600_000}:00`;
}

/** A chain of calls and puts around the price, one expiration. */
export function chainJson(symbol: string, last: number, at: Instant) {
  const expiration = dateOfDay(Math.floor(at / 86_400_000) + 30);
  const strikes = [-1, 0, 1].map((step) => Math.round(last) + step);
  const of = (right: 'C' | 'P') => ({
    [`${expiration}:30`]: Object.fromEntries(
      strikes.map((strike) => [`${strike}.0`, [contractJson(symbol, expiration, right, strike)]]),
    ),
  });
  return {
    symbol,
    status: 'SUCCESS',
    strategy: 'SINGLE',
    underlyingPrice: last,
    daysToExpiration: 0,
    assetMainType: 'EQUITY',
    putExpDateMap: of('P'),
    callExpDateMap: of('C'),
  };
}

function contractJson(root: string, expiration: DateText, right: 'C' | 'P', strike: number) {
  const date = expiration.slice(2).replaceAll('-', '');
  return {
    putCall: right === 'C' ? 'CALL' : 'PUT',
    symbol: `${root.padEnd(6)}${date}${right}${String(strike * 1e3).padStart(8, '0')}`,
    description: `${root} ${expiration} ${strike} ${right}`,
    bid: 1,
    ask: 1.1,
    last: 1.05,
    mark: 1.05,
    delta: 0.5,
    openInterest: 100,
    strikePrice: strike,
    expirationDate: `${expiration}T21:00:00.000+00:00`,
  };
}

export const expirationsJson = (symbol: string, at: Instant) => ({
  status: null,
  expirationList: [7, 30].map((days) => ({
    expirationDate: dateOfDay(Math.floor(at / 86_400_000) + days),
    daysToExpiration: days,
    expirationType: 'W',
    settlementType: 'P',
    optionRoots: symbol,
    standard: true,
  })),
});
