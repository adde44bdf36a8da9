import { type DateText, dayNumber } from '../../base/index.ts';
import { monthName } from './format.ts';

/** Time from left to right; places are fractions 0 to 1 of the width. */
export interface TimeAxis {
  readonly dates: readonly DateText[];
  place(index: number): number;
  readonly ticks: readonly { readonly place: number; readonly label: string }[];
}

const TICKS_MAX = 11;

/** The axis of at least two rising dates. */
export function timeAxis(dates: readonly DateText[]): TimeAxis {
  const first = dayNumber(dates[0] as DateText);
  const span = dayNumber(dates.at(-1) as DateText) - first;
  const placeOf = (date: DateText) => (dayNumber(date) - first) / span;
  const ticks = tickDates(dates, span).map(({ date, label }) => ({ place: placeOf(date), label }));
  return { dates, place: (index) => placeOf(dates[index] as DateText), ticks };
}

/** First dates of years, months or weeks, whichever are few enough, thinned to `TICKS_MAX`. */
function tickDates(dates: readonly DateText[], span: number) {
  if (span > 730) return thinned(firsts(dates, 4), (date) => date.slice(0, 4));
  if (span > 45) return thinned(firsts(dates, 7), monthLabel);
  return thinned(dates, (date) => date.slice(5));
}

const firsts = (dates: readonly DateText[], letters: number): DateText[] =>
  dates.filter((date, i) => i > 0 && date.slice(0, letters) !== dates[i - 1]?.slice(0, letters));

function thinned(dates: readonly DateText[], label: (date: DateText) => string) {
  const step = Math.ceil(dates.length / TICKS_MAX);
  return dates.filter((_, i) => i % step === 0).map((date) => ({ date, label: label(date) }));
}

const monthLabel = (date: DateText): string => {
  const month = Number(date.slice(5, 7));
  return month === 1 ? date.slice(0, 4) : monthName(month);
};

/** A linear scale of values to pixels from the top; `ticks` are round values inside it. */
export interface ValueAxis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  pixel(value: number): number;
}

/** From `low` to `high`, which may be equal, over `height` pixels. */
export function valueAxis(low: number, high: number, height: number): ValueAxis {
  const room = high > low ? high - low : Math.max(Math.abs(high), 1) * 0.1;
  const [bottom, top] = high > low ? [low, high] : [low - room / 2, high + room / 2];
  const pixel = (value: number) => ((top - value) / (top - bottom)) * height;
  return { low: bottom, high: top, ticks: roundValues(bottom, top, height / 40), pixel };
}

/** About `count` multiples of 1, 2 or 5 times a power of ten between the bounds. */
function roundValues(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const values: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) {
    values.push(Number((k * step).toPrecision(12)));
  }
  return values;
}
