import { formatOcc, instrumentOf, parseOcc } from '../../../market/index.ts';

/**
 * How Schwab writes one of our symbols: indices with a dollar sign, class shares with a slash,
 * options padded. Throws `BadInput` for a text that is no symbol.
 */
export function schwabSymbol(symbol: string): string {
  const { kind, symbol: ours } = instrumentOf(symbol);
  if (kind === 'option') return ours;
  return kind === 'index' ? `$${ours}` : ours.replace('.', '/');
}

const SHARE = /^[A-Z][A-Z0-9]{0,7}(?:[/.-][A-Z0-9]{1,3})?$/;

/** Our symbol for one of Schwab's; null where it is none that we could write back the same. */
export function houseSymbol(text: string): string | null {
  if (text.startsWith('$')) return isSame(text.slice(1), text) ? text.slice(1) : null;
  if (SHARE.test(text)) return isSame(text.replace('/', '.'), text) ? text.replace('/', '.') : null;
  return optionSymbol(text);
}

/** The text where it is a padded option symbol that is written back the same (F044), or null. */
export function optionSymbol(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  try {
    return formatOcc(parseOcc(text)) === text ? text : null;
  } catch {
    return null;
  }
}

function isSame(ours: string, theirs: string): boolean {
  try {
    return schwabSymbol(ours) === theirs;
  } catch {
    return false;
  }
}
