import { assert } from '../base/index.ts';

/**
 * Splits whole `total` (signed) by `weights` (whole, not below zero, one above it): each part is
 * rounded down in size, and the units left over go one each to the parts that lost most by it, the
 * first of equals first. The parts add up to `total` exactly.
 * Source: the largest remainder method (Hamilton).
 */
export function shareOut(total: number, weights: readonly number[]): number[] {
  const sane = [total, ...weights].every((one) => Number.isSafeInteger(one));
  const sum = weights.reduce((all, weight) => all + BigInt(sane ? weight : 0), 0n);
  const positive = sane && weights.every((weight) => weight >= 0) && sum > 0n;
  assert(positive, `"${total}" cannot be shared out by "${weights.join(', ')}"`);
  const size = BigInt(Math.abs(total));
  const exact = weights.map((weight) => size * BigInt(weight));
  const parts = exact.map((product) => Number(product / sum));
  const lost = exact.map((product, i) => ({ i, rest: product % sum }));
  lost.sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1));
  const left = Math.abs(total) - parts.reduce((all, part) => all + part, 0);
  for (const { i } of lost.slice(0, left)) parts[i] = (parts[i] as number) + 1;
  return parts.map((part) => (part === 0 ? 0 : Math.sign(total) * part));
}
