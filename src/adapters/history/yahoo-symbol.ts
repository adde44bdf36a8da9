import { BadInput } from '../../base/index.ts';
import { instrumentOf } from '../../market/index.ts';

/** Indices by our names and by Yahoo's. */
const INDICES: Readonly<Record<string, string>> = {
  VIX: '^VIX',
  SPX: '^GSPC',
  NDX: '^NDX',
  RUT: '^RUT',
  DJI: '^DJI',
  TNX: '^TNX',
  DXY: 'DX-Y.NYB',
};
const OURS = new Map(Object.entries(INDICES).map(([ours, theirs]) => [theirs, ours]));

/** "^VIX" of VIX, "BRK-B" of BRK.B. Throws `BadInput` for options and for what is no symbol. */
export function yahooSymbol(symbol: string): string {
  const { kind } = instrumentOf(symbol);
  if (kind === 'option') throw new BadInput(`"${symbol}": there is no history of options here`);
  return INDICES[symbol] ?? symbol.replace(/[./]/, '-');
}

/** Our name for a symbol written in Yahoo's way, or in ours. Throws `BadInput` for neither. */
export function houseSymbol(text: string): string {
  const upper = text.trim().toUpperCase();
  const symbol = OURS.get(upper) ?? upper.replace(/[-/]/, '.');
  return instrumentOf(symbol).symbol;
}
