import { formatOcc, instrumentOf, parseOcc } from '../../market/index.ts';

/** What of Schwab's asset types trades like a share: funds are a type of their own there. */
const SHARES = new Set(['EQUITY', 'COLLECTIVE_INVESTMENT']);

/** A symbol as Schwab writes it: "BRK/B" for "BRK.B", options as they are, padded to 21. */
export const toSchwab = (symbol: string): string =>
  isOption(symbol) ? instrumentOf(symbol).symbol : symbol.replaceAll('.', '/');

/** Throws `BadInput` for a text that is no symbol. */
export const isOption = (symbol: string): boolean => instrumentOf(symbol).kind === 'option';

/** Our symbol of one of Schwab's instruments; null for what cannot be traded here. */
export function fromSchwab(assetType: string, symbol: string): string | null {
  try {
    if (assetType === 'OPTION') return formatOcc(parseOcc(symbol));
    if (!SHARES.has(assetType)) return null;
    const found = instrumentOf(symbol.replaceAll('/', '.'));
    return found.kind === 'option' ? null : found.symbol;
  } catch {
    return null;
  }
}
