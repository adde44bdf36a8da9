import { NASTY, Raw, Twice } from './nasty.ts';
import { isField, isFigure, isTime, isWord, type Place, placesOf, put } from './places.ts';

/** A number in [0, 1) of its own for each purpose. */
export type Draw = (purpose: number) => number;

/** Changes a body in place; false where it has nothing of that kind. */
export type Mutator = (body: unknown, draw: Draw) => boolean;

export function pick<T>(list: readonly T[], draw: number): T | undefined {
  return list[Math.floor(draw * list.length)];
}

/** A mutator of one place, drawn among those that `suits` takes. */
const atOne =
  (suits: (place: Place) => boolean, change: (place: Place, draw: Draw) => void): Mutator =>
  (body, draw) => {
    const place = pick(placesOf(body).filter(suits), draw(1));
    if (place === undefined) return false;
    change(place, draw);
    return true;
  };

const drop = ({ holder, key }: Place): void => {
  if (Array.isArray(holder)) holder.splice(key as number, 1);
  else delete holder[key];
};

const rename = (name: string, share: number): string =>
  share < 0.3 ? name.toUpperCase() : share < 0.6 ? `${name}_v2` : name.replaceAll('_', '');

/** The same amount otherwise written, where it is written as a number or as text. */
const otherType = (value: unknown): unknown =>
  typeof value === 'number' ? String(value) : new Raw(String(value));

/** A figure times `factor`, written as it was. */
function scaled(value: unknown, factor: number): unknown {
  const by = Number(value) * factor;
  const figure = Math.round(by * 1e6) / 1e6;
  return typeof value === 'number' ? figure : String(figure);
}

const OPPOSITES: Readonly<Record<string, string>> = {
  buy: 'sell',
  sell: 'buy',
  BUY: 'SELL',
  SELL: 'BUY',
  long: 'short',
  OPENING: 'CLOSING',
  CLOSING: 'OPENING',
  BUY_TO_COVER: 'SELL_SHORT',
  SELL_SHORT: 'BUY_TO_COVER',
};

const UNKNOWN_WORDS = ['galloping', 'PENDING_GNOME', 'half_done', 'UNDEFINED', 'x'];

function otherTime(value: unknown, draw: Draw): unknown {
  const ms = typeof value === 'number' ? value : Date.parse(String(value));
  if (!Number.isFinite(ms)) return null;
  const iso = new Date(ms).toISOString();
  const forms: readonly unknown[] = [
    iso.replace('Z', '+0000'),
    iso.replace('Z', ''),
    iso.replace('Z', '-05:00'),
    new Date(ms - 5 * 3_600_000).toISOString().replace('Z', '-05:00'),
    iso.replace(/\.\d+Z/, '.123456789123Z'),
    iso.slice(0, 10),
    ms,
    ms / 1_000,
    String(ms),
    ms * 1_000,
    new Date(ms + 3_600_000).toISOString(),
    new Date(ms - 86_400_000).toISOString(),
    new Date(ms + 86_400_000 * 365).toISOString(),
    '0001-01-01T00:00:00Z',
    new Date(ms).toUTCString(),
    '',
  ];
  return pick(forms, draw(2));
}

const EXTRA = {
  a_new_field: { nested: [1, 'two', null] },
  price_v2: '1.00',
  beta: true,
  status_reason: 'new',
};

const objectsIn = (body: unknown): Record<string, unknown>[] => [
  ...(typeof body === 'object' && body !== null && !Array.isArray(body)
    ? [body as Record<string, unknown>]
    : []),
  ...placesOf(body).flatMap(({ value }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [value as Record<string, unknown>]
      : [],
  ),
];

const listsIn = (body: unknown): unknown[][] => [
  ...(Array.isArray(body) ? [body as unknown[]] : []),
  ...placesOf(body).flatMap(({ value }) => (Array.isArray(value) ? [value as unknown[]] : [])),
];

/** A mutator of one list that has `least` rows. */
const ofList =
  (least: number, change: (list: unknown[], draw: Draw) => void): Mutator =>
  (body, draw) => {
    const list = pick(
      listsIn(body).filter(({ length }) => length >= least),
      draw(1),
    );
    if (list === undefined) return false;
    change(list, draw);
    return true;
  };

const index = (list: readonly unknown[], share: number): number => Math.floor(share * list.length);

/** Texts, lists and objects in a body that another symbol's name stands in. */
function swapSymbols(body: unknown, symbols: readonly string[], draw: Draw): boolean {
  const named = placesOf(body).filter(
    ({ key, value }) => symbols.includes(value as string) || symbols.includes(String(key)),
  );
  const place = pick(named, draw(1));
  if (place === undefined) return false;
  const was = symbols.includes(String(place.key)) ? String(place.key) : (place.value as string);
  const other = pick(
    symbols.filter((one) => one !== was),
    draw(2),
  ) as string;
  if (was === place.value) put(place, other);
  else {
    const holder = place.holder as Record<string, unknown>;
    [holder[was], holder[other]] = [holder[other], holder[was]];
    if (holder[was] === undefined) delete holder[was];
  }
  return true;
}

/** Mutators of a body, by kind. `symbols` are those of the world, as the broker writes them. */
export function mutatorsOf(symbols: readonly string[]): Readonly<Record<string, Mutator>> {
  return {
    'field removed': atOne(isField, drop),
    'field renamed': atOne(isField, (place, draw) => {
      drop(place);
      (place.holder as Record<string, unknown>)[rename(String(place.key), draw(2))] = place.value;
    }),
    'field doubled': atOne(isField, (place, draw) => {
      const other = draw(2) < 0.5 ? null : new Raw(pick(NASTY.slice(0, 9), draw(3)) as string);
      const isFirst = draw(4) < 0.5;
      put(place, new Twice(isFirst ? other : place.value, isFirst ? place.value : other));
    }),
    'number as text': atOne(isFigure, (place) => put(place, otherType(place.value))),
    'field null': atOne(isField, (place) => put(place, null)),
    'field a list': atOne(isField, (place) => put(place, [place.value])),
    'field an object': atOne(isField, (place) => put(place, { value: place.value })),
    'field a flag': atOne(isField, (place, draw) => put(place, draw(2) < 0.5)),
    'nasty number': atOne(isFigure, (place, draw) =>
      put(place, new Raw(pick(NASTY, draw(2)) as string)),
    ),
    'number scaled': atOne(isFigure, (place, draw) =>
      put(place, scaled(place.value, pick([10, 100, 0.1, 0.01, -1], draw(2)) as number)),
    ),
    'number nearby': atOne(isFigure, (place, draw) =>
      put(place, scaled(place.value, pick([1.01, 0.99, 1.5, 0.5], draw(2)) as number)),
    ),
    'side swapped': atOne(
      ({ value }) => typeof value === 'string' && Object.hasOwn(OPPOSITES, value),
      (place) => put(place, OPPOSITES[place.value as string]),
    ),
    'unknown word': atOne(isWord, (place, draw) => put(place, pick(UNKNOWN_WORDS, draw(2)))),
    'time otherwise': atOne(isTime, (place, draw) => put(place, otherTime(place.value, draw))),
    'symbol of another': (body, draw) => swapSymbols(body, symbols, draw),
    'fields added': (body, draw) => {
      const one = pick(objectsIn(body), draw(1));
      if (one === undefined) return false;
      for (const [name, value] of Object.entries(EXTRA)) one[name] ??= value;
      return true;
    },
    'list emptied': ofList(1, (list) => list.splice(0)),
    'row missing': ofList(1, (list, draw) => list.splice(index(list, draw(2)), 1)),
    'row twice': ofList(1, (list, draw) => list.push(list[index(list, draw(2))])),
    'rows reversed': ofList(2, (list) => list.splice(0, list.length, ...list.toReversed())),
    'page token otherwise': atOne(
      ({ key }) => key === 'next_page_token',
      (place, draw) => put(place, pick(['bm90IGEgdG9rZW4', 7, '', {}], draw(2))),
    ),
  };
}
