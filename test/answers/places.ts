/** Where a value stands in a body: what holds it, and under which name or index. */
export interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string | number;
  readonly value: unknown;
}

/** All places of a body, outermost first. */
export function placesOf(body: unknown): Place[] {
  const found: Place[] = [];
  const visit = (holder: unknown): void => {
    if (typeof holder !== 'object' || holder === null) return;
    const keys = Array.isArray(holder) ? [...holder.keys()] : Object.keys(holder);
    for (const key of keys) {
      const value = (holder as Record<string | number, unknown>)[key];
      found.push({ holder: holder as Place['holder'], key, value });
      visit(value);
    }
  };
  visit(body);
  return found;
}

export function put({ holder, key }: Place, value: unknown): void {
  (holder as Record<string | number, unknown>)[key] = value;
}

export const isField = ({ holder }: Place): boolean => !Array.isArray(holder);

const NUMBER = /^-?\d+(?:\.\d+)?$/;
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const TIME_NAME = /time|date|^t$|_at$|timestamp/i;
const MILLIS_LEAST = 1e12;

/** A number, as one or as text; stamps and ids that are numbers are none. */
export const isFigure = ({ value, key }: Place): boolean =>
  (typeof value === 'number' && !(TIME_NAME.test(String(key)) && value > MILLIS_LEAST)) ||
  (typeof value === 'string' && NUMBER.test(value));

/** A time as text, or as milliseconds. */
export const isTime = ({ value, key }: Place): boolean =>
  (typeof value === 'string' && STAMP.test(value)) ||
  (typeof value === 'number' && value > MILLIS_LEAST && TIME_NAME.test(String(key)));

const WORD = /^[A-Za-z_]{2,30}$/;
const WORD_NAME =
  /status|event|^side$|instruction|type|class|time_in_force|duration|session|^T$|effect/i;

/** A word of a set that the broker documents. */
export const isWord = ({ value, key }: Place): boolean =>
  typeof value === 'string' && WORD.test(value) && WORD_NAME.test(String(key));
