import type { OptionContract } from '../market/index.ts';

/** One option contract of an underlying, in the worst case. */
export interface OptionHolding {
  readonly contract: OptionContract;
  /** Signed contracts once every live sale has filled, and no purchase but those of its legs. */
  readonly worst: number;
}

/** What may cover short contracts beside other contracts. */
export interface Backing {
  /** Shares of the underlying, every live sale of them filled and no purchase. */
  readonly shares: number;
  /** Cash that nothing else may take, in micro-dollars. */
  readonly cash: number;
}

const SHARES_EACH = 100;
const MILL = 1_000; // micro-dollars

interface Open {
  readonly contract: OptionContract;
  left: number;
}

/**
 * Short contracts of one underlying that nothing covers (invariant 15). A long contract covers a
 * short one of the same right that does not expire after it; a call also 100 shares, a put its
 * strike in cash. As many are covered as can be: those that expire last choose first.
 */
export function uncoveredContracts(holdings: readonly OptionHolding[], backing: Backing): number {
  const longs: Open[] = [];
  const shorts: Open[] = [];
  for (const { contract, worst } of holdings) {
    if (worst > 0) longs.push({ contract, left: worst });
    else if (worst < 0) shorts.push({ contract, left: -worst });
  }
  shorts.sort((a, b) => (a.contract.expiration < b.contract.expiration ? 1 : -1));
  for (const short of shorts) {
    for (const long of longs) {
      if (!covers(long.contract, short.contract)) continue;
      const count = Math.min(long.left, short.left);
      long.left -= count;
      short.left -= count;
    }
  }
  return uncoveredCalls(shorts, backing.shares) + uncoveredPuts(shorts, backing.cash);
}

const covers = (long: OptionContract, short: OptionContract): boolean =>
  long.right === short.right && long.expiration >= short.expiration;

const openOf = (shorts: readonly Open[], right: OptionContract['right']): readonly Open[] =>
  shorts.filter(({ contract }) => contract.right === right);

function uncoveredCalls(shorts: readonly Open[], shares: number): number {
  const open = openOf(shorts, 'call').reduce((sum, { left }) => sum + left, 0);
  return Math.max(0, open - Math.floor(Math.max(0, shares) / SHARES_EACH));
}

/** The lowest strikes first: cash covers the most contracts that it can. */
function uncoveredPuts(shorts: readonly Open[], cash: number): number {
  let free = Math.max(0, cash);
  let uncovered = 0;
  const puts = [...openOf(shorts, 'put')];
  puts.sort((a, b) => a.contract.strikeMills - b.contract.strikeMills);
  for (const { contract, left } of puts) {
    const each = contract.strikeMills * MILL * SHARES_EACH;
    const count = Math.min(left, Math.floor(free / each));
    free -= count * each;
    uncovered += left - count;
  }
  return uncovered;
}
