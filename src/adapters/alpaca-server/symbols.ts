import { formatOcc, type OptionContract, parseOcc } from '../../market/index.ts';

const TICKER_LENGTH_MAX = 12; // the shortest option symbol has 16 characters
const COMPACT = /^[A-Z][A-Z0-9]{0,5}\d{6}[CP]\d{8}$/;
const TICKER = /^[A-Z][A-Z0-9]{0,7}(?:[./][A-Z0-9]{1,3})?$/;

export const isOption = (symbol: string): boolean => symbol.length > TICKER_LENGTH_MAX;

/** The house's symbol of what a client wrote: options padded; null for what is no symbol. */
export function houseSymbol(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  if (TICKER.test(text)) return text;
  if (!COMPACT.test(text)) return null;
  try {
    return formatOcc(parseOcc(text));
  } catch {
    return null;
  }
}

/** As Alpaca writes it: options without blanks. */
export const wireSymbol = (symbol: string): string => symbol.replaceAll(' ', '');

export const contractOf = (symbol: string): OptionContract => parseOcc(symbol);

/** The symbol itself, or what an option is on. */
export const underlyingOf = (symbol: string): string =>
  isOption(symbol) ? contractOf(symbol).root : symbol;

/** Dollars of one contract's strike, in micro-dollars. */
export const strikeOf = ({ strikeMills }: OptionContract): number => strikeMills * 1_000;
