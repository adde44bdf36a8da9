import type { Instant } from '../../src/base/index.ts';
import { instrumentOf, parseOcc } from '../../src/market/index.ts';

/** An instant as Schwab writes it: "2025-01-17T17:19:49+0000". */
export const stamp = (at: Instant): string => `${new Date(at).toISOString().slice(0, 19)}+0000`;

/** The words of a text, for long lists of names. */
export const words = (text: string): string[] => text.trim().split(/\s+/);

/** A number that is the same for the same text, above zero. */
export function numberOf(text: string): number {
  let hash = 7;
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 899_999_999;
  return hash + 100_000_000;
}

const MONTHS_CODE = 'ABCDEFGHIJKL';

export const isOption = (symbol: string): boolean =>
  /^[A-Z/]+ *\d{6}[CP]\d{8}$/.test(symbol) && instrumentOf(symbol).kind === 'option';

/** "META PLATFORMS INC 01/31/2025 $525 Put", with the root for the name. */
function describe(symbol: string): string {
  const { root, expiration, right, strikeMills } = parseOcc(symbol);
  const [year, month, day] = expiration.split('-');
  const strike = strikeMills / 1_000;
  return `${root} ${month}/${day}/${year} $${strike} ${right === 'call' ? 'Call' : 'Put'}`;
}

function optionCusip(symbol: string): string {
  const { root, expiration, strikeMills } = parseOcc(symbol);
  const month = MONTHS_CODE[Number(expiration.slice(5, 7)) - 1];
  return `0${root}.${month}L5${String(strikeMills / 10).padStart(7, '0')}`;
}

const putCall = (symbol: string) => (parseOcc(symbol).right === 'call' ? 'CALL' : 'PUT');

/** The instrument of a leg, as orders tell it. */
export function legInstrument(symbol: string) {
  if (!isOption(symbol)) {
    const cusip = String(numberOf(symbol)).slice(0, 9);
    return { assetType: 'EQUITY', cusip, symbol, instrumentId: numberOf(symbol) };
  }
  const { root } = parseOcc(symbol);
  return {
    assetType: 'OPTION',
    cusip: optionCusip(symbol),
    symbol,
    description: describe(symbol),
    instrumentId: numberOf(symbol),
    type: 'VANILLA',
    putCall: putCall(symbol),
    underlyingSymbol: root,
    optionDeliverables: [{ symbol: root, deliverableUnits: 100 }],
  };
}

/** The instrument of a position. */
export function positionInstrument(symbol: string) {
  if (!isOption(symbol)) {
    const cusip = String(numberOf(symbol)).slice(0, 9);
    return { assetType: 'EQUITY', cusip, symbol, netChange: 0 };
  }
  return {
    assetType: 'OPTION',
    cusip: optionCusip(symbol),
    symbol,
    description: describe(symbol),
    netChange: 0,
    type: 'VANILLA',
    putCall: putCall(symbol),
    underlyingSymbol: parseOcc(symbol).root,
  };
}

/** The instrument of a transaction. */
export function transferInstrument(symbol: string) {
  if (!isOption(symbol)) {
    const instrumentId = numberOf(symbol);
    return { assetType: 'EQUITY', status: 'ACTIVE', symbol, instrumentId, closingPrice: 0 };
  }
  const { root, strikeMills } = parseOcc(symbol);
  return {
    assetType: 'OPTION',
    status: 'ACTIVE',
    symbol,
    description: describe(symbol),
    instrumentId: numberOf(symbol),
    putCall: putCall(symbol),
    strikePrice: strikeMills / 1_000,
    underlyingSymbol: root,
    underlyingCusip: String(numberOf(root)).slice(0, 9),
  };
}

export const CURRENCY = {
  assetType: 'CURRENCY',
  status: 'ACTIVE',
  symbol: 'CURRENCY_USD',
  description: 'USD currency',
  instrumentId: 1,
  closingPrice: 0,
};

/** Error bodies as they were seen. */
export const problem = (status: number, title: string, detail?: string) => ({
  errors: [
    {
      id: '00000000-0000-0000-0000-000000000000',
      status: status === 401 ? status : String(status),
      title,
      ...(detail !== undefined && { detail }),
    },
  ],
});

/** The trading interface's own error. */
export const serviceError = (message: string, errors: readonly string[] = []) => ({
  message,
  errors,
});
