/** Uniform numbers in [0, 1) from a seed; equal seeds give equal sequences on every machine. */
export type Random = () => number;

const UINT32 = 4_294_967_296;

/** The mulberry32 generator: 32 bits of state, period 2^32. Source: Tommy Ettinger, 2017. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mix(state);
  };
}

function mix(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / UINT32;
}

/**
 * One uniform number in [0, 1) that belongs to (seed, count, purpose) alone: the same whatever was
 * drawn before, so that a restarted process draws what the first one would have.
 */
export function drawOf(seed: number, count: number, purpose: number): number {
  const a = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(count + 1, 0xc2b2ae35);
  return mix((a ^ Math.imul(purpose + 1, 0x27d4eb2f)) >>> 0);
}

/** Two independent standard normal numbers from two uniform ones. Source: Box and Muller, 1958. */
export function normalPair(random: Random): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  const angle = 2 * Math.PI * random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
