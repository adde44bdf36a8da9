import { type Instant, MICROS } from '../../../base/index.ts';
import type { BarRow, Timeframe } from '../../../market/index.ts';
import { isDaily } from './rows.ts';
import type { MarketFrame, VenueEvent, VenueQuote } from './source.ts';
import {
  barFields,
  lastAtOf,
  quoteFields,
  startOf,
  STOCK_QUOTE,
  STOCK_TRADE,
  tradeFields,
} from './wire.ts';
import { wireSymbol } from '../symbols.ts';

export type Channel =
  | 'trades'
  | 'quotes'
  | 'bars'
  | 'updatedBars'
  | 'dailyBars'
  | 'statuses'
  | 'lulds'
  | 'corrections';

/** What a stream tells of: all of it in the codes of one exchange. */
export interface Tape {
  readonly kind: 'stock' | 'option';
  /** Exchange code. */
  readonly x: string;
}

const when = (at: Instant): Date => new Date(at);

export function quoteFrame(tape: Tape, symbol: string, quote: VenueQuote): MarketFrame {
  const tail = tape.kind === 'stock' ? STOCK_QUOTE : { c: ' ' };
  const fields = quoteFields(quote, tape.x);
  return { T: 'q', S: wireSymbol(symbol), ...fields, ...tail, t: when(quote.at) };
}

export function tradeFrame(tape: Tape, symbol: string, quote: VenueQuote): MarketFrame {
  const { i, ...fields } = tradeFields(quote, tape.x);
  const tail = tape.kind === 'stock' ? { i, ...STOCK_TRADE } : { c: ' ' };
  return { T: 't', S: wireSymbol(symbol), ...fields, ...tail, t: when(lastAtOf(quote)) };
}

export function barFrame(T: 'b' | 'u' | 'd', row: BarRow, timeframe: Timeframe): MarketFrame {
  return { T, S: wireSymbol(row.symbol), ...barFields(row), t: when(startOf(row, timeframe)) };
}

/** The frame of what a market told by itself, and its channel; undefined for what has neither. */
export function frameOf(
  tape: Tape,
  event: VenueEvent,
): { readonly channel: Channel; readonly frame: MarketFrame } | undefined {
  switch (event.kind) {
    case 'quote':
      return { channel: 'quotes', frame: quoteFrame(tape, event.symbol, event.quote) };
    case 'trade':
      return { channel: 'trades', frame: printFrame(tape, event) };
    case 'bar': {
      const { row, timeframe, isUpdate } = event;
      if (isDaily(timeframe)) return { channel: 'dailyBars', frame: barFrame('d', row, timeframe) };
      if (timeframe !== '1m') return undefined;
      if (isUpdate) return { channel: 'updatedBars', frame: barFrame('u', row, timeframe) };
      return { channel: 'bars', frame: barFrame('b', row, timeframe) };
    }
    case 'halt':
      return { channel: 'statuses', frame: haltFrame(event) };
    case 'bands': {
      const { symbol, at, up, down } = event;
      const bands = { u: up / MICROS, d: down / MICROS, i: 'A' };
      return { channel: 'lulds', frame: { T: 'l', S: symbol, ...bands, t: when(at), z: 'C' } };
    }
    case 'correction':
      return { channel: 'corrections', frame: correctionFrame(tape, event) };
  }
}

type Event<K extends VenueEvent['kind']> = Extract<VenueEvent, { kind: K }>;

function printFrame(tape: Tape, { symbol, at, price, size }: Event<'trade'>): MarketFrame {
  const tail = tape.kind === 'stock' ? { i: at as number, ...STOCK_TRADE } : { c: ' ' };
  const fields = { x: tape.x, p: price / MICROS, s: size };
  return { T: 't', S: wireSymbol(symbol), ...fields, ...tail, t: when(at) };
}

function haltFrame({ symbol, at, isHalted, reason }: Event<'halt'>): MarketFrame {
  const status = isHalted ? { sc: '2', sm: 'Trading Halt' } : { sc: '3', sm: 'Trading Resumption' };
  const why = { rc: isHalted ? 'T1' : '', rm: reason };
  return { T: 's', S: symbol, ...status, ...why, t: when(at), z: 'C' };
}

function correctionFrame(
  tape: Tape,
  { symbol, at, original, corrected }: Event<'correction'>,
): MarketFrame {
  const id = at as number;
  return {
    T: 'c',
    S: symbol,
    x: tape.x,
    oi: id,
    op: original.price / MICROS,
    os: original.size,
    oc: ['@'],
    ci: id + 1,
    cp: corrected.price / MICROS,
    cs: corrected.size,
    cc: ['@'],
    t: when(at),
    z: 'C',
  };
}
