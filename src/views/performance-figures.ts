import type { Money } from '../base/index.ts';

export type FigureUnit = 'percent' | 'ratio' | 'money' | 'days' | 'count' | 'bps';
export type FigureGroup = 'return' | 'risk' | 'activity' | 'trades' | 'benchmark';

/** What one figure is: the row of the page, of the docs, and of the calculation. */
export interface FigureRow {
  readonly key: string;
  readonly group: FigureGroup;
  readonly label: string;
  readonly unit: FigureUnit;
  /** True where below zero is worse than above, so that sign and color mean something. */
  readonly signed: boolean;
  readonly formula: string;
  readonly source: string;
}

const OURS = 'Our definition';
const TRADE = 'FIFO matching, IRS Publication 550; a trade is what one order opened and one closed';

const row = <const K extends string, const U extends FigureUnit>(
  group: FigureGroup,
  key: K,
  label: string,
  unit: U,
  signed: boolean,
  formula: string,
  source: string = OURS,
) => ({ group, key, label, unit, signed, formula, source }) satisfies FigureRow;

/**
 * Every figure of `performanceOf`, in the order of the page.
 * r: daily returns, the first against the start equity; x = r - risk-free / 252;
 * b: the benchmark's daily returns; E: equity at day's end.
 */
export const FIGURES = [
  row('return', 'endEquity', 'End equity', 'money', false,
    'Last E: cash plus positions at the mark'),
  row('return', 'totalReturn', 'Total return', 'percent', true, 'last E / start equity - 1'),
  row('return', 'cagr', 'CAGR', 'percent', true,
    '(last E / start equity)^(365.25 / calendar days) - 1; from 30 calendar days',
    'Geometric mean rate of return'),
  row('return', 'bestDay', 'Best day', 'percent', true, 'max r'),
  row('return', 'worstDay', 'Worst day', 'percent', true, 'min r'),
  row('return', 'bestMonth', 'Best month', 'percent', true,
    'max of monthly returns; partial months count'),
  row('return', 'worstMonth', 'Worst month', 'percent', true,
    'min of monthly returns; partial months count'),
  row('return', 'bestYear', 'Best year', 'percent', true,
    'max of yearly returns; partial years count'),
  row('return', 'worstYear', 'Worst year', 'percent', true,
    'min of yearly returns; partial years count'),

  row('risk', 'volatility', 'Volatility', 'percent', false,
    'sample deviation of r x sqrt(252); from 2 returns'),
  row('risk', 'sharpe', 'Sharpe ratio', 'ratio', true,
    'mean x / sample deviation of x, x sqrt(252); from 30 returns',
    'Sharpe, The Sharpe Ratio (1994)'),
  row('risk', 'sortino', 'Sortino ratio', 'ratio', true,
    'mean x / sqrt(mean of min(x, 0)^2), x sqrt(252); from 30 returns',
    'Sortino and Price (1994), target 0'),
  row('risk', 'calmar', 'Calmar ratio', 'ratio', true,
    'CAGR / max drawdown, over the whole run', 'Young (1991)'),
  row('risk', 'maxDrawdown', 'Max drawdown', 'percent', false,
    'max of (highest E so far - E) / highest E so far, daily'),
  row('risk', 'maxDrawdownDays', 'Length of max drawdown', 'days', false,
    'calendar days from its peak to recovery, or to the end of the run'),
  row('risk', 'longestDrawdownDays', 'Longest drawdown', 'days', false,
    'most calendar days from a peak to its recovery, or to the end of the run'),
  row('risk', 'ulcer', 'Ulcer index', 'percent', false,
    'sqrt(mean of squared daily drawdowns)', 'Martin and McCann (1989)'),
  row('risk', 'skew', 'Skewness', 'ratio', true,
    'g1 = m3 / m2^1.5 of r, divisor n; from 30 returns', 'Joanes and Gill (1998)'),
  row('risk', 'kurtosis', 'Excess kurtosis', 'ratio', false,
    'g2 = m4 / m2^2 - 3 of r, divisor n; from 30 returns', 'Joanes and Gill (1998)'),
  row('risk', 'var95', 'VaR 95%, one day', 'percent', true,
    '5% quantile of r, interpolated: a day in twenty is worse; from 30 returns',
    'Hyndman and Fan (1996), type 7'),
  row('risk', 'cvar95', 'CVaR 95%, one day', 'percent', true,
    'mean of the r at or below VaR; from 30 returns', 'Rockafellar and Uryasev (2000)'),

  row('activity', 'grossExposure', 'Average gross exposure', 'percent', false,
    'mean of sum |exposure| / E at day\'s end'),
  row('activity', 'netExposure', 'Average net exposure', 'percent', false,
    'mean of sum exposure / E at day\'s end'),
  row('activity', 'timeInMarket', 'Time in market', 'percent', false,
    'share of days that end with a position'),
  row('activity', 'turnover', 'Turnover a year', 'percent', false,
    'notional traded / mean E / years (calendar days / 365.25); from 30 calendar days'),
  row('activity', 'fills', 'Fills', 'count', false, 'number of fills'),
  row('activity', 'feesPaid', 'Fees paid', 'money', false,
    'sum of fees of all fills; above zero was paid'),
  row('activity', 'slippage', 'Slippage paid', 'money', false,
    'sum of (fill - price at decision) x quantity x multiplier, sign turned for sells'),
  row('activity', 'slippageBps', 'Slippage', 'bps', false,
    'slippage paid / notional at the prices of decision x 10,000; above 0 is worse'),

  row('trades', 'trades', 'Closed trades', 'count', false,
    'opening order x closing order, matched first in, first out', TRADE),
  row('trades', 'tradesPnl', 'P&L of closed trades', 'money', true,
    'sum of P&L of closed trades, after fees of both sides', TRADE),
  row('trades', 'winRate', 'Win rate', 'percent', false,
    'trades with P&L after fees above 0 / closed trades'),
  row('trades', 'profitFactor', 'Profit factor', 'ratio', false, 'sum of wins / |sum of losses|'),
  row('trades', 'averageWin', 'Average win', 'money', true, 'sum of wins / number of wins'),
  row('trades', 'averageLoss', 'Average loss', 'money', true, 'sum of losses / number of losses'),
  row('trades', 'payoffRatio', 'Payoff ratio', 'ratio', false, 'average win / |average loss|'),
  row('trades', 'expectancy', 'Expectancy a trade', 'money', true,
    'P&L of closed trades / closed trades'),
  row('trades', 'largestWin', 'Largest win', 'money', true, 'max P&L of a winning trade'),
  row('trades', 'largestLoss', 'Largest loss', 'money', true, 'min P&L of a losing trade'),
  row('trades', 'winStreak', 'Longest winning streak', 'count', false,
    'most wins in a row, by closing time'),
  row('trades', 'lossStreak', 'Longest losing streak', 'count', false,
    'most losses in a row, by closing time'),
  row('trades', 'holdingDays', 'Average holding', 'days', false,
    'mean time from first opening to last closing fill'),

  row('benchmark', 'benchmarkReturn', 'Benchmark return', 'percent', true,
    'last close / first close - 1'),
  row('benchmark', 'benchmarkCagr', 'Benchmark CAGR', 'percent', true,
    'as CAGR, between its first and last close'),
  row('benchmark', 'excessReturn', 'Excess return', 'percent', true,
    'return of E between the benchmark\'s first and last close - benchmark return'),
  row('benchmark', 'alpha', 'Alpha a year', 'percent', true,
    'intercept of x on b - risk-free / 252, least squares, x 252; from 30 pairs', 'Jensen (1968)'),
  row('benchmark', 'beta', 'Beta', 'ratio', false,
    'slope of the same regression; from 30 pairs', 'Jensen (1968)'),
  row('benchmark', 'correlation', 'Correlation', 'ratio', false,
    'Pearson\'s, of r and b; from 30 pairs'),
  row('benchmark', 'trackingError', 'Tracking error', 'percent', false,
    'sample deviation of r - b, x sqrt(252); from 30 pairs'),
  row('benchmark', 'informationRatio', 'Information ratio', 'ratio', true,
    'mean of r - b / its sample deviation, x sqrt(252); from 30 pairs', 'Goodwin (1998)'),
] as const; // prettier-ignore

type Row = (typeof FIGURES)[number];
export type FigureKey = Row['key'];
type MoneyKey = Extract<Row, { readonly unit: 'money' }>['key'];

/**
 * Figures by key. Percentages are in percent (12.5 is 12.5 %), money is exact micro-dollars (means
 * rounded half to even), all else doubles; null where the sample cannot carry it.
 */
export type Figures = {
  readonly [K in FigureKey]: (K extends MoneyKey ? Money : number) | null;
};

/** One figure on its way into `Performance`: the value, or the reason why there is none. */
export interface Outcome<T extends number = number> {
  readonly value: T | null;
  readonly note?: string;
  /** Date, month or year it belongs to. */
  readonly when?: string;
}

export type Outcomes<K extends FigureKey = FigureKey> = {
  readonly [Key in K]: Outcome<Key extends MoneyKey ? Money : number>;
};

export const found = <T extends number>(value: T, when?: string): Outcome<T> =>
  when === undefined ? { value } : { value, when };

export const missing = (note: string): Outcome<never> => ({ value: null, note });

/** `make()` unless there is a reason against it. */
export const unless = <T extends number>(reason: string | null, make: () => T): Outcome<T> =>
  reason === null ? { value: make() } : missing(reason);
