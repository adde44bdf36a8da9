import { type HttpReply, jsonOf } from '../../http.ts';
import { ownOf, recordOf, wordsOf, type Json } from './values.ts';

/** A page of ten thousand bars, so fifty million of them. */
const PAGES_MAX = 5_000;

/**
 * The object in a reply. Throws for any status but 200 and for anything but a JSON object, naming
 * `what` was asked for and the words of the broker.
 */
export function objectOf(what: string, reply: HttpReply): Json {
  const body = recordOf(jsonOf(reply));
  if (reply.status === 200 && body !== null) return body;
  const words = wordsOf(body?.['message'] ?? reply.text);
  if (reply.status === 200) throw new Error(`Alpaca answered ${what} with no JSON object`);
  const hint = HINTS[reply.status] ?? 'nothing is known of it';
  throw new Error(`Alpaca answered ${what} with status ${reply.status} (${hint}): ${words}`);
}

const HINTS: Readonly<Record<number, string>> = {
  400: 'it does not accept the question',
  401: 'it does not take these keys',
  403: 'the keys or the subscription do not allow it',
  404: 'it does not know what was asked for',
  422: 'it does not accept the question',
  429: 'too many requests',
};

/** One page as it is asked for: the first without a token. */
export type AskPage = (pageToken: string | undefined) => Promise<HttpReply>;

/**
 * Every page of an answer, one after the other, to the end. Throws where a page fails, a token
 * comes again or is none: a short answer is never taken for a whole one.
 */
export async function eachPage(
  what: string,
  ask: AskPage,
  take: (page: Json) => void,
): Promise<void> {
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = objectOf(what, await ask(token));
    take(page);
    const next = ownOf(page, 'next_page_token');
    if (next === null) return;
    if (typeof next !== 'string' || next === '') {
      throw new Error(`Alpaca answered ${what} without saying whether there are more pages`);
    }
    if (seen.has(next)) throw new Error(`Alpaca repeats a page of ${what}: there is no end to it`);
    seen.add(next);
    token = next;
  } while (seen.size < PAGES_MAX);
  throw new Error(`Alpaca's answer to ${what} has more than ${PAGES_MAX} pages`);
}

/**
 * What a page holds under a symbol. Undefined where it has nothing for anybody; throws where it is
 * for another symbol (F044).
 */
export function partOf(what: string, page: Json, part: string, symbol: string): unknown {
  const parts = ownOf(page, part);
  if (parts === null) return undefined;
  const found = recordOf(parts);
  if (found === null) throw new Error(`Alpaca answered ${what} without "${part}"`);
  const other = Object.keys(found).find((key) => key !== symbol);
  if (other === undefined) return ownOf(found, symbol);
  throw new Error(`Alpaca answered ${what} with data of "${wordsOf(other)}"`);
}

/** As `partOf`, for a list; empty where there is none. */
export function listOf(what: string, page: Json, part: string, symbol: string): unknown[] {
  const list = partOf(what, page, part, symbol) ?? [];
  if (Array.isArray(list)) return list;
  throw new Error(`Alpaca answered ${what} with "${part}" that are no list`);
}
