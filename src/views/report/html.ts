/** Markup that is safe as it stands; `html` makes it, so that text is encoded by construction. */
export class Html {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

export type Content = Html | string | number | null | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Controls, lone surrogates, and marks that turn the direction of text or break lines. */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

/** Text for an element or a quoted attribute; what cannot be seen becomes a blank or U+FFFD. */
export const escapeText = (text: string): string =>
  text
    .replace(INVISIBLE, (found) => (/[\t\n\r]/.test(found) ? ' ' : '\ufffd'))
    .replace(/[&<>"']/g, (found) => ENTITIES[found] as string);

function encode(content: Content): string {
  if (content === null) return '';
  if (content instanceof Html) return content.toString();
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escapeText(content);
  return content.map(encode).join('');
}

const squeezed = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The fixed parts of a template, each line break with its indentation made one blank. */
function squeeze(parts: TemplateStringsArray): readonly string[] {
  const before = squeezed.get(parts);
  if (before) return before;
  const tight = parts.map((part) => part.replace(/\s*\n\s*/g, ' '));
  squeezed.set(parts, tight);
  return tight;
}

/** Markup with every interpolation encoded, but for `Html` itself; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  const tight = squeeze(parts);
  return new Html(
    tight
      .map((part, i) => (i < values.length ? part + encode(values[i] as Content) : part))
      .join(''),
  );
}

/** Bytes of the markup as UTF-8. */
export const bytesOf = (markup: Html): number => Buffer.byteLength(markup.toString());

/** `text` cut to `length` characters, with an ellipsis where something was cut. */
export const clip = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;
