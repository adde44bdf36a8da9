import { z } from 'zod';
import { digest, formatMoney, fractionOf } from '../../base/index.ts';
import { formatSlot } from '../../market/index.ts';
import type { BookConfig, DataSource, Desk } from './desk.ts';
import { limitLines, rateLines, share, symbolLines } from './explain-limits.ts';
import { bookOrderLines, orderLines } from './explain-orders.ts';
import { dollarText } from './field.ts';
import { deskSchema } from './schema.ts';

/** SHA-256 of the effective configuration: the same for every spelling of it, in every folder. */
export function deskHash(desk: Desk): string {
  const { folder: _, ...effective } = desk;
  return digest(effective);
}

/** JSON Schema of the desk file, for editors. */
export function deskJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(deskSchema, { io: 'input' }) as Record<string, unknown>;
}

/** What the desk will do, in lines for a person, the limits in dollars of its capital. */
export function describeDesk(desk: Desk): string[] {
  const hash = deskHash(desk).slice(0, 12);
  return [
    `Desk "${desk.name}": capital ${dollarText(desk.capital)}, configuration ${hash}`,
    ...Object.entries(desk.data).map(([symbol, source]) => `Data ${symbol}: ${dataText(source)}`),
    costsText(desk),
    ...limitLines('Desk limit', desk.limits, desk.capital),
    ...rateLines('Desk limit', desk.limits),
    ...symbolLines('Desk limit', desk.limits, desk.capital),
    ...rulesLines(desk),
    ...orderLines(desk),
    ...desk.books.flatMap((book) => bookLines(desk, book)),
  ];
}

function dataText(source: DataSource): string {
  switch (source.kind) {
    case 'file':
      return `${source.timeframe} bars of "${source.file}", adjustment ${source.adjustment}`;
    case 'store':
      return `${source.timeframe} bars from ${source.source}, adjustment ${source.adjustment}`;
    case 'sample':
      return `sample prices "${source.sample}"`;
    case 'fund':
      return `synthetic, each day ${source.factor} times ${source.of}`;
    case 'synthetic':
      return syntheticText(source);
  }
}

const syntheticText = (source: Extract<DataSource, { kind: 'synthetic' }>): string =>
  `synthetic ${source.timeframe} bars ${source.from} to ${source.to}, seed ${source.seed}`;

function costsText({ simulator }: Desk): string {
  const { slippagePpm, feePerShare, feePpm } = simulator.costs;
  const fees = `fee $${formatMoney(feePerShare)} a share and ${feePpm / 10_000} % of notional`;
  return `Costs expected: slippage ${slippagePpm / 10_000} % of price, ${fees}`;
}

function bookLines(desk: Desk, book: BookConfig): string[] {
  const capital = fractionOf(desk.capital, book.capitalPct / 100, 'half-even');
  const head = `Book "${book.name}": ${originText(book)}, ${share(desk.capital, book.capitalPct)}`;
  const line = `${head}, ${formatSlot(book.schedule)}, ${sizingText(book)}`;
  const name = `Book "${book.name}" limit`;
  const linesOf = (limits: BookConfig['limits']) => [
    ...limitLines(name, limits, capital),
    ...symbolLines(name, limits, capital),
  ];
  const shared = new Set(linesOf(desk.limits));
  return [
    line,
    ...linesOf(book.limits).filter((own) => !shared.has(own)),
    ...bookOrderLines(desk, book),
  ];
}

function rulesLines({ rules }: Desk): string[] {
  if (rules === null) return ['Rules: none set, the broker alone applies them'];
  const { broker, account, intradayMarginFrom, washSale } = rules;
  const margin = intradayMarginFrom === null ? 'not known' : `from ${intradayMarginFrom}`;
  const kind = account ?? 'unknown';
  return [`Rules: ${kind} account at ${broker}, intraday margin ${margin}, wash sales ${washSale}`];
}

function originText({ origin }: BookConfig): string {
  if (origin.kind === 'signals') return `signals of "${origin.file}"`;
  const { strategy } = origin;
  return strategy.kind === 'file' ? `strategy of "${strategy.file}"` : strategy.name;
}

const sizingText = ({ sizing, thresholdPct }: BookConfig): string =>
  sizing === 'changed-targets' ? sizing : `${sizing} from ${thresholdPct} % of equity`;
