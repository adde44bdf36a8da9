import { assert, BadInput, type DateText, parseDate } from '../base/index.ts';

export type InstrumentKind = 'stock' | 'etf' | 'index' | 'option';

/** What can be traded or watched at one venue. Prices move in `tickSize` micro-dollars. */
export interface Instrument {
  readonly symbol: string;
  readonly kind: InstrumentKind;
  /** Units of the underlying in one unit of this: 1 for shares, 100 for standard options. */
  readonly multiplier: number;
  /** What one dollar of it moves of its index: 3 for TQQQ, -1 for PSQ, 1 for most. */
  readonly fundFactor: number;
  readonly tradable: boolean;
}

/** Daily leverage factors as the funds' prospectuses state them; every other symbol counts as 1. */
const FUND_FACTORS: Readonly<Record<string, number>> = {
  TQQQ: 3, QLD: 2, PSQ: -1, QID: -2, SQQQ: -3,
  UPRO: 3, SPXL: 3, SSO: 2, SH: -1, SDS: -2, SPXU: -3, SPXS: -3,
  TMF: 3, UBT: 2, TBF: -1, TBT: -2, TMV: -3, TYD: 3, TYO: -3,
  TNA: 3, UWM: 2, RWM: -1, TWM: -2, TZA: -3,
  SOXL: 3, SOXS: -3, TECL: 3, TECS: -3, FAS: 3, FAZ: -3, UDOW: 3, SDOW: -3, LABU: 3, LABD: -3,
}; // prettier-ignore

const INDICES = new Set(['VIX', 'SPX', 'NDX', 'RUT', 'DJI', 'TNX', 'DXY']);
const SYMBOL = /^[A-Z][A-Z0-9]{0,7}(?:[.\-/][A-Z0-9]{1,3})?$/;

/**
 * Known by its symbol alone; throws `BadInput` unless the text is a symbol or an OCC option.
 * An option whose root ends in a digit is adjusted: what it delivers is not 100 shares, so it may
 * be watched and not traded.
 */
export function instrumentOf(symbol: string): Instrument {
  if (SYMBOL.test(symbol)) {
    const index = INDICES.has(symbol);
    const fundFactor = FUND_FACTORS[symbol];
    const kind = index ? 'index' : fundFactor === undefined ? 'stock' : 'etf';
    return { symbol, kind, multiplier: 1, fundFactor: fundFactor ?? 1, tradable: !index };
  }
  const option = parseOcc(symbol);
  return {
    symbol: formatOcc(option),
    kind: 'option',
    multiplier: 100,
    fundFactor: 1,
    tradable: !/\d$/.test(option.root),
  };
}

export interface OptionContract {
  readonly root: string;
  readonly expiration: DateText;
  readonly right: 'call' | 'put';
  /** Strike in thousandths of a dollar. */
  readonly strikeMills: number;
}

const OCC = /^([A-Z][A-Z0-9]{0,5}) *(\d\d)(\d\d)(\d\d)([CP])(\d{8})$/;
const OCC_PADDED_LENGTH = 21;
const STRIKE_MILLS_MAX = 99_999_999;

/**
 * Parts of an OCC option symbol; the root may be padded with blanks to six characters or not.
 * Throws `BadInput` on any other text, an impossible date, or a strike of zero.
 * Source: Options Symbology Initiative, OCC, 2010.
 */
export function parseOcc(symbol: string): OptionContract {
  const match = OCC.exec(symbol);
  if (!match || (symbol.includes(' ') && symbol.length !== OCC_PADDED_LENGTH)) {
    throw new BadInput(
      `Symbol "${symbol}" is neither a ticker nor an option such as "SPY   240119C00475000"`,
    );
  }
  const [, root, yy, mm, dd, right, strike] = match as unknown as string[];
  const strikeMills = Number(strike);
  if (strikeMills === 0) throw new BadInput(`Option "${symbol}" has a strike of zero`);
  return {
    root: root as string,
    expiration: parseDate(`20${yy}-${mm}-${dd}`),
    right: right === 'C' ? 'call' : 'put',
    strikeMills,
  };
}

/** The 21-character OCC symbol, root padded to six; `compact` is without the blanks. */
export function formatOcc(option: OptionContract, form: 'padded' | 'compact' = 'padded'): string {
  const { strikeMills } = option;
  const fits = Number.isInteger(strikeMills) && strikeMills > 0 && strikeMills <= STRIKE_MILLS_MAX;
  assert(fits, `Strike "${strikeMills}" is not whole mills of one to eight digits`);
  const root = form === 'padded' ? option.root.padEnd(6, ' ') : option.root;
  const date = option.expiration.slice(2).replaceAll('-', '');
  const right = option.right === 'call' ? 'C' : 'P';
  return `${root}${date}${right}${String(strikeMills).padStart(8, '0')}`;
}
