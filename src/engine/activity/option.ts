import { type Money, type Price, ZERO } from '../../base/index.ts';
import { heldIn, postFill, shareOut } from '../../ledger/index.ts';
import { instrumentOf, parseOcc } from '../../market/index.ts';
import type { Activity } from '../input.ts';
import { readSoon } from '../reconcile/due.ts';
import { rootOf } from '../reconcile/difference.ts';
import { ask, cancelIn, freeze } from '../reconcile/question.ts';
import { alert, type BookState, type State } from '../state.ts';

type Ending = Extract<Activity, { type: 'assignment' | 'exercise' | 'expiration' }>;

/**
 * Contracts are gone: closed at nothing in the books that hold them, by what each holds; assigned
 * or exercised, their shares come or leave at the strike in the same books. The underlying is
 * frozen until a reading agrees (F037). What cannot be booked so is asked about.
 */
export function endContracts(state: State, input: Ending): void {
  const { type, symbol, contracts } = input;
  const reason = unbookable(state, input);
  if (reason !== null) {
    const text = `${type} of ${contracts} ${symbol} is not booked: ${reason}`;
    return ask(state, { class: 'activity', symbol: null, ours: 0, theirs: 0, text });
  }
  const sign = signOf(state, input);
  const holders = holdersOf(state, symbol, sign);
  const parts = shareOut(
    contracts,
    holders.map(({ ledger }) => Math.abs(heldIn(ledger, symbol))),
  );
  holders.forEach((book, i) => endIn(book, input, sign * (parts[i] as number)));
  const root = rootOf(symbol) as string;
  for (const one of [symbol, root]) {
    freeze(state, one, `${type} of ${symbol}: the broker must show it too`);
    cancelIn(state, one, `${type} of ${symbol}`);
  }
  const names = holders.map(({ setup }) => setup.name).join(', ');
  alert(state, 'HIGH', type, `${type} of ${contracts} ${symbol} is booked (${names})`);
  readSoon(state);
}

const MILL = 1_000; // micro-dollars
const NOTHING = 0 as Price;

/** Ends `held` signed contracts of one book. */
function endIn({ ledger }: BookState, { type, symbol }: Ending, held: number): void {
  const position = ledger.positions.get(symbol);
  if (held === 0 || position === undefined) return;
  const { multiplier } = position;
  postFill(ledger, { symbol, multiplier, quantity: -held, price: NOTHING, fee: ZERO });
  if (type === 'expiration') return;
  const { root, right, strikeMills } = parseOcc(symbol);
  // A call that is held brings shares, a put takes them; for one that was sold it is the reverse.
  const shares = held * (right === 'call' ? 1 : -1) * multiplier;
  const price = (strikeMills * MILL) as Price;
  postFill(ledger, { symbol: root, multiplier: 1, quantity: shares, price, fee: 0 as Money });
}

/** Contracts that were sold are assigned, those held are exercised; either expires. */
function signOf(state: State, { type, symbol }: Ending): 1 | -1 {
  if (type !== 'expiration') return type === 'exercise' ? 1 : -1;
  return contractsOf(state, symbol, 1) >= contractsOf(state, symbol, -1) ? 1 : -1;
}

const holdersOf = (state: State, symbol: string, sign: number): BookState[] =>
  [...state.books, state.external].filter(({ ledger }) => heldIn(ledger, symbol) * sign > 0);

const contractsOf = (state: State, symbol: string, sign: number): number =>
  holdersOf(state, symbol, sign).reduce(
    (sum, { ledger }) => sum + Math.abs(heldIn(ledger, symbol)),
    0,
  );

/** Why an ending cannot be booked, or null. */
function unbookable(state: State, input: Ending): string | null {
  const { type, symbol, contracts } = input;
  const root = rootOf(symbol);
  if (root === null) return 'it is no option of a known form';
  const { tradable } = instrumentOf(symbol);
  if (type !== 'expiration') {
    if (!tradable) return 'its contract is adjusted';
    if (instrumentOf(root).kind === 'index') return 'it is settled in cash';
  }
  const held = contractsOf(state, symbol, signOf(state, input));
  if (!Number.isSafeInteger(contracts) || contracts < 1) return 'it is no whole count above zero';
  return contracts > held ? `the books have ${held} of them` : null;
}
