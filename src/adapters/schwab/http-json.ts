import { plainText } from '../text.ts';

export { plainText };

export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object with fields, or null. */
export const recordOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

/** The value as a list; an empty one for anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What an error reply says. */
export interface SchwabProblem {
  /** True for Schwab's own forms; false for a gateway's, which says nothing of the request. */
  readonly isBrokers: boolean;
  /** OAuth's `error` or the gateway's code; null where there is none. */
  readonly code: string | null;
  /** In their words, as it may be shown. */
  readonly message: string;
}

const wordOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value : null;

/**
 * The error in a reply's JSON, in each form that was seen: `errors` with `title` and `detail`
 * (market data), `message` with a list of texts (trading), `error` with a description (OAuth),
 * `fault` (the gateway). Null where it is none of them.
 */
export function problemOf(json: unknown): SchwabProblem | null {
  const body = recordOf(json);
  if (body === null) return null;
  const fault = recordOf(body['fault']);
  if (fault !== null) {
    const code = wordOf(recordOf(fault['detail'])?.['errorcode']);
    return { isBrokers: false, code, message: plainText(wordOf(fault['faultstring']) ?? 'fault') };
  }
  const code = wordOf(body['error']);
  const said = [wordOf(body['message']), ...listOf(body['errors']).flatMap(wordsOf)];
  const words = [code, wordOf(body['error_description']), ...said].filter((word) => word !== null);
  if (words.length === 0) return null;
  return { isBrokers: true, code, message: plainText([...new Set(words)].join('; ')) };
}

function wordsOf(error: unknown): string[] {
  if (typeof error === 'string') return [error];
  const { title, detail, message } = recordOf(error) ?? {};
  return [title, detail, message].map(wordOf).filter((word) => word !== null);
}
