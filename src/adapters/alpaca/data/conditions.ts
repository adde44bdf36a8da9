/**
 * Sale conditions that leave a print fit to be the last price, by tape. Not among them: late or out
 * of sequence (L U Z), a price of another time or of other terms (B on CTA, W on UTP, C H N P R V 4
 * 7), outside of regular hours (T), and the auctions told a second time (M Q 9).
 * Source: CTS and UTP specifications, tables of sale conditions, column "consolidated last".
 */
const PLAIN_CTA = new Set<unknown>(' @EFIKOX56');
const PLAIN_UTP = new Set<unknown>(' @ABDEFGIKOSXY1568');

/**
 * Whether a print must not be taken for the market: one of its conditions says so, is unknown, or
 * there are none. `tape` is "A" or "B" (CTA), "C" or "O" (UTP).
 */
export function isSuspect(conditions: unknown, tape: unknown): boolean {
  if (!Array.isArray(conditions)) return true;
  const isUtp = tape === 'C' || tape === 'O';
  if (!isUtp && tape !== 'A' && tape !== 'B') return true;
  const plain = isUtp ? PLAIN_UTP : PLAIN_CTA;
  for (const code of conditions) if (!plain.has(code)) return true;
  return false;
}

/** Codes after which a symbol trades, and those that say nothing of it. */
const TRADES = new Set(['3', 'T']);
const NEITHER = new Set(['5', '6', '7', '8', '9', 'A', 'C', 'D', 'E', 'F']);

/**
 * Whether a trading status stops trading: true for a halt or pause, and for any code not known
 * (F045: what is unknown counts as halted); null where it says nothing of it, such as an imbalance.
 * Source: Alpaca, real-time stock data, trading statuses of tapes A to O.
 */
export function haltOf(code: unknown): boolean | null {
  const text = typeof code === 'string' ? code : '';
  if (NEITHER.has(text)) return null;
  return !TRADES.has(text);
}

/** What an error frame of the stream means, by its code. */
const STREAM_ERRORS: Readonly<Record<number, string>> = {
  400: 'it did not understand a message of ours',
  401: 'it wants a sign-in before anything else',
  402: 'it does not take these keys',
  403: 'it has us signed in already',
  404: 'the sign-in came too late',
  405: 'the subscription does not allow that many symbols',
  406: 'these keys have a connection already, and may have one only',
  407: 'we read too slowly',
  408: 'these keys have no market data of version 2',
  409: 'the subscription does not include this feed',
  410: 'this feed does not have such a channel',
  500: 'it failed inside',
};

/** What only a person can mend: trying again soon helps nobody. */
const LASTING = new Set([402, 405, 408, 409, 410]);

/** An error frame in words, and whether it will last. */
export function streamError(code: unknown, said: string): { text: string; lasts: boolean } {
  const number = typeof code === 'number' ? code : Number.NaN;
  const known = STREAM_ERRORS[number];
  const words = known ?? 'an error of which nothing is known';
  const text = `Alpaca's market data: ${words} (${Number.isNaN(number) ? '?' : number} ${said})`;
  return { text, lasts: LASTING.has(number) };
}
