import { inspect } from 'node:util';

const SHOWN = '[secret]';
const SHORTEST = 6; // characters: anything shorter would blank out ordinary words
/** Every secret of this process in every encoding it could leave in, longest first. */
let forms: readonly string[] = [];

/**
 * A key, password or token that does not print: text, JSON and inspection show "[secret]", and
 * `redacted` blanks it out of any text, in the encodings in which it could leave (invariant 32).
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    if (value.length >= SHORTEST) {
      const all = new Set([...forms, ...encodings(value)]);
      forms = [...all].sort((a, b) => b.length - a.length);
    }
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
