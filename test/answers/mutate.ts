import { type Draw, type Mutator, mutatorsOf, pick } from './mutators.ts';
import { textOf } from './nasty.ts';

/** One answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The bytes that leave, where the connection ends before all of them do. */
  readonly cutAt?: number;
}

export interface MutateTerms {
  /** Symbols of the world, as the broker writes them. */
  readonly symbols: readonly string[];
  /** Numbers and hashes of the account, each with another account's. */
  readonly accounts: ReadonlyMap<string, string>;
  /** An error in the broker's own form. */
  readonly error: (status: number) => unknown;
}

/** What was answered before, which an answer may be mistaken for. */
export interface Memory {
  /** Earlier answers to this very request. */
  readonly stale: readonly Answer[];
  /** Answers to others of the same endpoint. */
  readonly others: readonly Answer[];
  /** Answers of other endpoints. */
  readonly elsewhere: readonly Answer[];
}

export interface Mutated {
  readonly kind: string;
  readonly answer: Answer;
}

const PAGE = '<!doctype html><html><body><h1>Please sign in</h1></body></html>';
const STATUSES = [200, 201, 202, 204, 206, 302, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503];
const BODY_SHARE = 0.72;

type Whole = (answer: Answer, draw: Draw, memory: Memory) => Answer | null;

const typed = (answer: Answer, type: string): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'content-type': type },
});

const statusOf = (draw: Draw, answer: Answer): number =>
  pick(
    STATUSES.filter((one) => one !== answer.status),
    draw(2),
  ) as number;

/** Nobody waits for a broker that is asked again at once. */
const withStatus = (answer: Answer, status: number): Answer => ({
  ...answer,
  status,
  headers: {
    ...answer.headers,
    ...(status === 429 || status === 503 ? { 'retry-after': '0' } : {}),
  },
});

/** Where a text is cut: at nothing, inside of a text, of a number, after a comma, near the end. */
function cutPoint(text: string, draw: Draw): number {
  const at = (pattern: RegExp) => {
    const points = [...text.matchAll(pattern)].map(({ index }) => index + 1);
    return pick(points, draw(3)) ?? text.length >> 1;
  };
  const ways = [() => 0, () => at(/\w(?=\w*")/g), () => at(/\d(?=\d)/g), () => at(/,/g)];
  const last = () => text.length - 1;
  return Math.max(0, (pick([...ways, last, () => text.length >> 1], draw(2)) ?? last)());
}

/** Mutations of an answer as a whole, by kind. */
function wholesOf({ error, accounts }: MutateTerms): Readonly<Record<string, Whole>> {
  return {
    'status, body kept': (answer, draw) => withStatus(answer, statusOf(draw, answer)),
    'status, no body': (answer, draw) => ({
      ...withStatus(answer, statusOf(draw, answer)),
      text: '',
    }),
    'status, an error': (answer, draw) => {
      const status = pick([400, 401, 403, 404, 422, 429, 500, 503], draw(2)) as number;
      return typed(
        { ...withStatus(answer, status), text: JSON.stringify(error(status)) },
        'application/json',
      );
    },
    'a page': (answer, draw) => {
      const status = draw(2) < 0.5 ? answer.status : 502;
      return typed({ ...answer, status, text: PAGE }, 'text/html; charset=utf-8');
    },
    'wrong content type': (answer, draw) =>
      typed(answer, pick(['text/plain', 'text/html', '', 'application/xml'], draw(2)) as string),
    'a page as JSON': (answer) => typed({ ...answer, text: PAGE }, 'application/json'),
    'no body': (answer) => ({ ...answer, text: '' }),
    'an empty list': (answer) => ({ ...answer, text: '[]' }),
    'an empty object': (answer) => ({ ...answer, text: '{}' }),
    'null for all': (answer) => ({ ...answer, text: 'null' }),
    'cut, told as whole': (answer, draw) => ({
      ...answer,
      text: answer.text.slice(0, cutPoint(answer.text, draw)),
    }),
    'cut, connection lost': (answer, draw) => ({ ...answer, cutAt: cutPoint(answer.text, draw) }),
    'text after it': (answer) => ({ ...answer, text: `${answer.text}\n{"more":1}` }),
    'mark before it': (answer) => ({ ...answer, text: `\uFEFF${answer.text}` }),
    'nested deep': (answer) => ({ ...answer, text: '['.repeat(20_000) + ']'.repeat(20_000) }),
    stale: (_answer, draw, { stale }) => pick(stale, draw(2)) ?? null,
    'of another request': (_answer, draw, { others }) => pick(others, draw(2)) ?? null,
    'of another endpoint': (_answer, draw, { elsewhere }) => pick(elsewhere, draw(2)) ?? null,
    'of another account': (answer) => {
      let { text } = answer;
      for (const [ours, theirs] of accounts) text = text.replaceAll(ours, theirs);
      return text === answer.text ? null : { ...answer, text };
    },
    'location otherwise': (answer, draw) => {
      const { location, ...others } = answer.headers;
      if (location === undefined) return null;
      const other = location.replace(/\d(?=\d{0,3}$)/, (digit) => String((Number(digit) + 1) % 10));
      const found = pick([null, '', 'orders/', `${location}x`, other], draw(2));
      return {
        ...answer,
        headers: found === null ? others : { ...others, location: found as string },
      };
    },
  };
}

/** Changes answers by draws. */
export class Mutation {
  readonly #bodies: readonly (readonly [string, Mutator])[];
  readonly #wholes: readonly (readonly [string, Whole])[];

  constructor(terms: MutateTerms) {
    this.#bodies = Object.entries(mutatorsOf(terms.symbols));
    this.#wholes = Object.entries(wholesOf(terms));
  }

  /** The answer with one thing wrong about it; null where nothing suits it. */
  of(answer: Answer, draw: Draw, memory: Memory): Mutated | null {
    const isBody = draw(10) < BODY_SHARE;
    for (let trial = 0; trial < 8; trial++) {
      const own: Draw = (n) => draw(100 * (trial + 1) + n);
      const found = isBody ? this.#body(answer, own) : this.#whole(answer, own, memory);
      if (found !== null && !isSame(found.answer, answer)) return found;
    }
    return null;
  }

  /** A text of a stream with one thing wrong about it; null where it is no JSON. */
  frame(text: string, draw: Draw): { readonly kind: string; readonly text: string } | null {
    const found = this.of({ status: 200, headers: {}, text }, (n) => (n === 10 ? 0 : draw(n)), {
      stale: [],
      others: [],
      elsewhere: [],
    });
    return found === null ? null : { kind: found.kind, text: found.answer.text };
  }

  #body(answer: Answer, draw: Draw): Mutated | null {
    const body = parsed(answer.text);
    const [kind, mutator] = pick(this.#bodies, draw(0)) as readonly [string, Mutator];
    if (typeof body !== 'object' || body === null || !mutator(body, draw)) return null;
    return { kind, answer: { ...answer, text: textOf(body) } };
  }

  #whole(answer: Answer, draw: Draw, memory: Memory): Mutated | null {
    const [kind, whole] = pick(this.#wholes, draw(0)) as readonly [string, Whole];
    const changed = whole(answer, draw, memory);
    return changed === null ? null : { kind, answer: changed };
  }
}

const isSame = (one: Answer, other: Answer): boolean =>
  one.status === other.status &&
  one.text === other.text &&
  one.cutAt === other.cutAt &&
  one.headers['content-type'] === other.headers['content-type'] &&
  one.headers['location'] === other.headers['location'];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
