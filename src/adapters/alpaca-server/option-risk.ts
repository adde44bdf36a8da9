import type { Price } from '../../base/index.ts';
import type { OptionContract } from '../../market/index.ts';
import { contractOf, isOption, strikeOf } from './symbols.ts';

/** A holding, or what an order would make of one, with its price now. */
export interface Exposure {
  readonly symbol: string;
  /** Signed. */
  readonly quantity: number;
  readonly price: Price;
}

/** Contracts sold, and what protects them. */
interface Short {
  readonly contract: OptionContract;
  /** Sum over the long options set against it of the distance of the strikes, in micro-dollars. */
  gap: number;
  /** Contracts that neither a share nor a long option covers. */
  left: number;
}

const SHARES = 100; // of a standard contract

/**
 * Each short option with its cover: calls by shares first, then each by the long options of its
 * right that end no sooner, the best protection first. Nothing covers twice.
 */
function coverShorts(holdings: readonly Exposure[]): Short[] {
  const shares = new Map<string, number>();
  const longs: (OptionContract & { left: number })[] = [];
  const shorts: Short[] = [];
  for (const { symbol, quantity } of holdings) {
    if (!isOption(symbol)) shares.set(symbol, (shares.get(symbol) ?? 0) + Math.max(0, quantity));
    else if (quantity > 0) longs.push({ ...contractOf(symbol), left: quantity });
    else shorts.push({ contract: contractOf(symbol), gap: 0, left: -quantity });
  }
  for (const short of shorts) {
    const { root, right, expiration } = short.contract;
    const isCall = right === 'call';
    const covered = isCall ? Math.min(short.left, Math.floor((shares.get(root) ?? 0) / SHARES)) : 0;
    shares.set(root, (shares.get(root) ?? 0) - covered * SHARES);
    short.left -= covered;
    const cover = longs
      .filter((long) => long.root === root && long.right === right && long.expiration >= expiration)
      .sort((a, b) => (isCall ? 1 : -1) * (a.strikeMills - b.strikeMills));
    for (const long of cover) setAgainst(short, long);
  }
  return shorts;
}

function setAgainst(short: Short, long: OptionContract & { left: number }): void {
  const matched = Math.min(short.left, long.left);
  const distance = strikeOf(long) - strikeOf(short.contract);
  short.gap += matched * Math.max(0, short.contract.right === 'call' ? distance : -distance);
  short.left -= matched;
  long.left -= matched;
}

/**
 * What the short options can lose, in micro-dollars: the distance of the strikes where a long one
 * protects; the strike of a put without; a fifth of the underlying for a call without.
 */
export function optionRisk(
  holdings: readonly Exposure[],
  underlying: (symbol: string) => Price | undefined,
): number {
  let risk = 0;
  for (const { contract, gap, left } of coverShorts(holdings)) {
    const strike = strikeOf(contract);
    const call = Math.round((underlying(contract.root) ?? strike) / 5);
    risk += (gap + left * (contract.right === 'call' ? call : strike)) * SHARES;
  }
  return risk;
}

/** Contracts sold that nothing covers. */
export function uncovered(holdings: readonly Exposure[]): { calls: number; puts: number } {
  const found = { calls: 0, puts: 0 };
  for (const { contract, left } of coverShorts(holdings)) {
    if (contract.right === 'call') found.calls += left;
    else found.puts += left;
  }
  return found;
}
