import { inspect } from 'node:util';

const SHOWN = '[secret]';
const SHORTEST = 6; // characters: anything shorter would blank out ordinary words
const SHORT_LIVED_MAX = 200; // values: days of tokens

/** Each secret of this process with every encoding it could leave in, oldest first. */
const lasting = new Map<string, readonly string[]>();
const shortLived = new Map<string, readonly string[]>();
/** All of those, longest first. */
let forms: readonly string[] = [];

function register(value: string, life: 'process' | 'short'): void {
  if (value.length < SHORTEST || lasting.has(value) || shortLived.has(value)) return;
  const kept = life === 'short' ? shortLived : lasting;
  kept.set(value, encodings(value));
  const oldest = shortLived.size > SHORT_LIVED_MAX ? shortLived.keys().next().value : undefined;
  if (oldest !== undefined) shortLived.delete(oldest);
  const all = new Set([...lasting.values(), ...shortLived.values()].flat());
  forms = [...all].sort((a, b) => b.length - a.length);
}

/**
 * A key, password or token that does not print: text, JSON and inspection show "[secret]", and
 * `redacted` blanks it out of any text, in the encodings in which it could leave (invariant 32).
 */
export class Secret {
  readonly #value: string;

  /** `short`: a token of many, the oldest of which are forgotten some day. */
  constructor(value: string, life: 'process' | 'short' = 'process') {
    this.#value = value;
    register(value, life);
  }

  /** The value itself: only where it goes on the wire or into its own file. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/** `text` with each secret of this process, in any common encoding, replaced. */
export function redacted(text: string): string {
  let clean = text;
  for (const form of forms) if (clean.includes(form)) clean = clean.replaceAll(form, SHOWN);
  return clean;
}

/** Account numbers that are shown by their end alone wherever text leaves; never in stored data. */
const accounts = new Set<string>();

/** From now on `masked` shows this number by its last four characters. */
export function hideAccount(number: string): void {
  if (number.length >= SHORTEST && /^[A-Za-z0-9]+$/.test(number)) accounts.add(number);
}

/** `redacted`, and every account number of this process by its end: for text that people see. */
export function masked(text: string): string {
  let clean = redacted(text);
  for (const number of accounts) {
    if (!clean.includes(number)) continue;
    const alone = new RegExp(`(?<![A-Za-z0-9])${number}(?![A-Za-z0-9])`, 'g');
    clean = clean.replace(alone, maskedAccount(number));
  }
  return clean;
}

/** An account number with all but its last four characters hidden. */
export const maskedAccount = (number: string): string =>
  number.length <= 4 ? number : `…${number.slice(-4)}`;

/** How a value may look where it leaves: plain, JSON, URL, hex and base64 at each alignment. */
function encodings(value: string): string[] {
  const bytes = Buffer.from(value);
  const aligned = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(Math.ceil((shift * 4) / 3), -4);
  });
  const plain = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
  const coded = [bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
  const base64 = aligned.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
  return [...plain, ...coded, ...base64.filter((text) => text.length >= SHORTEST)];
}
