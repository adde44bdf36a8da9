import { Decimal } from 'decimal.js';
import { MICROS, type Price } from '../../base/index.ts';

const DECIMALS_MAX = 4;
const DECIMALS_MIN = 2;

/**
 * The price that a binary fraction stands for, times `factor`, in steps of a hundredth of a cent.
 * Sources keep prices in single precision, where 189.98 reads 189.97999572753906: of such a number
 * it is the shortest of two to four decimals that has the same single-precision form, of any other
 * number four decimals, rounded half to even. Null for what is no price above zero.
 */
export function tickPrice(value: number, factor = 1): Price | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  const exact = new Decimal(value).times(factor);
  const round = (places: number) => exact.toDecimalPlaces(places, Decimal.ROUND_HALF_EVEN);
  let found = round(DECIMALS_MAX);
  if (Math.fround(value) === value) {
    for (let places = DECIMALS_MIN; places < DECIMALS_MAX; places += 1) {
      const shorter = round(places);
      if (Math.fround(shorter.div(factor).toNumber()) !== value) continue;
      found = shorter;
      break;
    }
  }
  const micros = found.times(MICROS).toNumber();
  return Number.isSafeInteger(micros) && micros > 0 ? (micros as Price) : null;
}
