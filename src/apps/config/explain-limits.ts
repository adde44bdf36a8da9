import { fractionOf, type Money, scale } from '../../base/index.ts';
import { type Limits, limitsFor } from '../../risk/index.ts';
import { dollarText } from './field.ts';

/** "25 % = $25,000.00". */
export const share = (capital: Money, pct: number): string =>
  `${pct} % = ${dollarText(fractionOf(capital, pct / 100, 'half-even'))}`;

/** Both bounds of one thing, the one in dollars only where it is set. */
const both = (capital: Money, pct: number, most: Money | undefined): string =>
  most === undefined ? share(capital, pct) : `${share(capital, pct)} and ${dollarText(most)}`;

/** The limits of a desk or a book of that capital, a line each, in dollars (F084). */
export function limitLines(name: string, limits: Limits, capital: Money): string[] {
  const gross = scale(capital, Math.round(limits.leverageMax * 1e6), 1e6, 'half-even');
  const { grossExposureMax: more, cashReserveMin: reserve } = limits;
  const loss = (pct: number, most: Money | undefined) =>
    pct < 100 ? both(capital, pct, most) : most === undefined ? 'off (100 %)' : dollarText(most);
  return [
    `${name}, one symbol: at most ${both(capital, limits.positionPctMax, limits.positionMax)}`,
    `${name}, cash reserve: at least ${both(capital, limits.cashReservePctMin, reserve)}`,
    `${name}, gross exposure: at most ${limits.leverageMax} x equity = ${dollarText(gross)}` +
      (more === undefined ? '' : ` and ${dollarText(more)}`),
    `${name}, buys: at most ${limits.buyingPowerPctMax} % of the cash that is there`,
    `${name}, one order: at most ${orderText(limits, capital)}`,
    `${name}, orders a day: at most ${limits.ordersPerDayMax}`,
    `${name}, loss of a day that halts: ${loss(limits.dailyLossPctMax, limits.dailyLossMax)}`,
    `${name}, drawdown that halts: ${loss(limits.drawdownPctMax, limits.drawdownMax)}`,
    `${name}, short selling: ${limits.shortSelling ? 'allowed' : 'not allowed'}`,
    ...setLines(name, limits, capital),
  ];
}

function orderText({ orderNotionalMax, orderPctMax }: Limits, capital: Money): string {
  const notional = dollarText(orderNotionalMax);
  return orderPctMax === undefined ? notional : `${notional} and ${share(capital, orderPctMax)}`;
}

/** Lines of limits that bind only where they are set. */
function setLines(name: string, limits: Limits, capital: Money): string[] {
  const { netExposurePctMax, netExposureMax, stopRequired, defaultStopPct } = limits;
  const net = [
    ...(netExposurePctMax === undefined ? [] : [share(capital, netExposurePctMax)]),
    ...(netExposureMax === undefined ? [] : [dollarText(netExposureMax)]),
  ];
  const counts: readonly (readonly [string, number | undefined])[] = [
    ['positions at once: at most', limits.positionsMax],
    ['new positions a day: at most', limits.newPositionsPerDayMax],
    ['closing orders in a row that lost, which stops:', limits.lossStreakMax],
    ['shares of one order: at most', limits.orderQuantityMax],
    ['percent of a limit price from the market: at most', limits.collarPct],
  ];
  return [
    ...(net.length === 0 ? [] : [`${name}, net exposure: at most ${net.join(' and ')}`]),
    ...counts.flatMap(([text, most]) => (most === undefined ? [] : [`${name}, ${text} ${most}`])),
    ...(stopRequired
      ? [`${name}, stop: on every entry, ${defaultStopPct} % where it has none`]
      : []),
  ];
}

/** What a runaway loop is stopped by. */
export function rateLines(name: string, limits: Limits): string[] {
  const { dayNotionalMax, breakers = {} } = limits;
  const rates =
    `${limits.ordersPerSecondMax} a second, ${limits.ordersPerMinuteMax} a minute, ` +
    `${limits.identicalOrdersPerMinuteMax} alike a minute`;
  const levels = Object.entries(breakers).map(([cause, level]) => `${cause} to ${level}`);
  return [
    `${name}, orders: at most ${rates}`,
    `${name}, orders rejected in a row that halt: ${limits.rejectsInARowMax}`,
    ...(dayNotionalMax === undefined
      ? []
      : [`${name}, sent in a day: at most ${dollarText(dayNotionalMax)}`]),
    ...(levels.length === 0 ? [] : [`${name}, breakers halt: ${levels.join(', ')}`]),
  ];
}

/** What differs for single symbols. */
export function symbolLines(name: string, limits: Limits, capital: Money): string[] {
  const shared = new Set(limitLines('', limits, capital));
  return Object.entries(limits.symbols ?? {}).flatMap(([symbol, own]) => {
    const lines = limitLines('', limitsFor(limits, symbol), capital);
    const counts = [
      ...(own.ordersPerSecondMax === undefined ? [] : [`${own.ordersPerSecondMax} a second`]),
      ...(own.ordersPerMinuteMax === undefined ? [] : [`${own.ordersPerMinuteMax} a minute`]),
      ...(own.dayNotionalMax === undefined ? [] : [`${dollarText(own.dayNotionalMax)} a day`]),
    ];
    return [
      ...lines.filter((line) => !shared.has(line)).map((line) => `${name} of ${symbol}${line}`),
      ...(counts.length === 0
        ? []
        : [`${name} of ${symbol}, orders: at most ${counts.join(', ')}`]),
    ];
  });
}
