import { heldIn, type Ledger } from '../ledger/index.ts';
import { parseOcc } from '../market/index.ts';
import { type OptionHolding, uncoveredContracts } from '../risk/index.ts';
import type { Draft } from './gate.ts';
import { underlyingOf } from './neighbors.ts';
import type { Pendings } from './pending.ts';
import type { BookState, State } from './state.ts';

/** Contracts that only `draft` adds or takes, by symbol. */
type Changes = ReadonlyMap<string, number>;

const UNCHANGED: Changes = new Map();

/**
 * Short option contracts of the book that `draft` would leave without cover in the worst case, over
 * those that are without already. 0 at once for what cannot touch cover: a buy, and a book without
 * options.
 */
export function newlyUncovered(
  _state: State,
  { ledger }: BookState,
  draft: Draft,
  pending: Pendings | undefined,
  worstCost: number,
): number {
  const { symbol, side, legs } = draft;
  if (legs === undefined && (side === 'buy' || !touchesOptions(ledger, pending, symbol))) return 0;
  const root = underlyingOf(symbol);
  const after = uncoveredWith(ledger, pending, root, changesOf(draft), worstCost);
  return after === 0 ? 0 : Math.max(0, after - uncoveredWith(ledger, pending, root, UNCHANGED, 0));
}

const isOption = (symbol: string): boolean => underlyingOf(symbol) !== symbol;

function touchesOptions(ledger: Ledger, pending: Pendings | undefined, symbol: string): boolean {
  if (symbol.length > SHARE_LENGTH_MAX && isOption(symbol)) return true;
  for (const one of ledger.positions.values()) if (one.multiplier !== 1) return true;
  return pending !== undefined && [...pending.bySymbol.keys()].some(isOption);
}

const SHARE_LENGTH_MAX = 12; // "ABCDEFGH/USD"

/** Sold contracts and shares in full; bought legs count since they come with the sold ones. */
function changesOf({ symbol, quantity, legs }: Draft): Changes {
  if (legs === undefined) return new Map([[symbol, -quantity]]);
  return new Map(
    legs.map(({ symbol, side, ratio }) => [symbol, (side === 'buy' ? 1 : -1) * ratio * quantity]),
  );
}

function uncoveredWith(
  ledger: Ledger,
  pending: Pendings | undefined,
  root: string,
  changes: Changes,
  cost: number,
): number {
  const symbols = new Set([
    ...ledger.positions.keys(),
    ...(pending?.bySymbol.keys() ?? []),
    ...changes.keys(),
  ]);
  const worstOf = (symbol: string): number => {
    const tally = pending?.bySymbol.get(symbol);
    const live = tally === undefined ? 0 : tally.together - tally.sells;
    return heldIn(ledger, symbol) + live + (changes.get(symbol) ?? 0);
  };
  const holdings: OptionHolding[] = [];
  for (const symbol of symbols) {
    if (!isOption(symbol) || underlyingOf(symbol) !== root) continue;
    holdings.push({ contract: parseOcc(symbol), worst: worstOf(symbol) });
  }
  const cash = ledger.cash - (pending?.cost ?? 0) - cost;
  return uncoveredContracts(holdings, { shares: worstOf(root), cash });
}
