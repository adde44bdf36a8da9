import { BadInput } from '../../base/index.ts';
import { formatOcc, instrumentOf, parseOcc } from '../../market/index.ts';

/** A symbol of ours as Alpaca writes it: options without blanks, all others as they are. */
export const alpacaSymbol = (symbol: string): string =>
  instrumentOf(symbol).kind === 'option' ? formatOcc(parseOcc(symbol), 'compact') : symbol;

/** A symbol of Alpaca as we write it: options padded; what is no symbol of ours stays as it is. */
export function houseSymbol(symbol: string): string {
  try {
    return instrumentOf(symbol).symbol;
  } catch (error) {
    if (error instanceof BadInput) return symbol;
    throw error;
  }
}
