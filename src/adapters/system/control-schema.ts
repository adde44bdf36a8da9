import { HALT_LEVELS, type HaltLevel, ORDER_CLASSES, type OrderClass } from '../../risk/index.ts';

interface Named {
  /** Who asks. */
  readonly by: string;
}

/** What a person asks of a running desk; books by their names. */
export type ControlRequest =
  | { readonly kind: 'status' }
  | (Named & { readonly kind: 'halt'; readonly level: HaltLevel; readonly reason: string })
  | (Named & { readonly kind: 'resume'; readonly reason: string })
  | (Named & { readonly kind: 'resumeBook'; readonly book: string; readonly reason: string })
  /** By client order id. */
  | (Named & { readonly kind: 'cancel'; readonly order: string })
  | (Named & { readonly kind: 'flatten'; readonly reason: string })
  | (Named & {
      readonly kind: 'approve';
      readonly request: string;
      readonly scope: 'order' | 'plan';
      /** Of what the person was shown. */
      readonly hash: string;
    })
  | (Named & {
      readonly kind: 'reject';
      readonly request: string;
      readonly scope: 'order' | 'plan';
      readonly reason: string;
    })
  | (Named & {
      readonly kind: 'budget';
      readonly book: string;
      readonly class: OrderClass;
      /** Micro-dollars above zero. */
      readonly amount: number;
      /** Epoch milliseconds. */
      readonly until: number;
    })
  | (Named & {
      readonly kind: 'answer';
      readonly question: string;
      readonly choice: 'adopt' | 'ignore' | 'flatten';
      /** Null: what no book has. */
      readonly book: string | null;
    });

/** What a process says: what stands now, as plain JSON, or why not. */
export type ControlAnswer =
  | { readonly ok: true; readonly state: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      readonly code: 'usage' | 'refused' | 'failed';
      readonly message: string;
    };

type Check = (value: unknown) => boolean;
type Json = Readonly<Record<string, unknown>>;

const TEXT_MAX = 1_000;
const text: Check = (value) =>
  typeof value === 'string' && value.trim() !== '' && value.length <= TEXT_MAX;
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const bookOrNone: Check = (value) => value === null || text(value);
const scope = oneOf('order', 'plan');

/** The fields of each request, all of which must be there, and no other. */
const FIELDS: Readonly<Record<ControlRequest['kind'], Readonly<Record<string, Check>>>> = {
  status: {},
  halt: { by: text, level: oneOf(...HALT_LEVELS.filter((one) => one !== 'NONE')), reason: text },
  resume: { by: text, reason: text },
  resumeBook: { by: text, book: text, reason: text },
  cancel: { by: text, order: text },
  flatten: { by: text, reason: text },
  approve: { by: text, request: text, scope, hash: text },
  reject: { by: text, request: text, scope, reason: text },
  budget: { by: text, book: text, class: oneOf(...ORDER_CLASSES), amount: whole, until: whole },
  answer: {
    by: text,
    question: text,
    choice: oneOf('adopt', 'ignore', 'flatten'),
    book: bookOrNone,
  },
};

/** The request that a line is, or what is wrong with it. */
export function parseRequest(line: string): ControlRequest | string {
  const found = recordIn(line);
  if (found === null) return 'The request is not a JSON object';
  const { kind } = found;
  if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) {
    return `Request "${String(kind)}": wanted one of ${Object.keys(FIELDS).join(', ')}`;
  }
  const fields = FIELDS[kind as ControlRequest['kind']];
  const extra = Object.keys(found).find((name) => name !== 'kind' && !Object.hasOwn(fields, name));
  if (extra !== undefined) return `Request "${kind}" has no field "${extra}"`;
  for (const [name, isRight] of Object.entries(fields)) {
    if (!isRight(found[name])) return `Request "${kind}": "${name}" is missing or wrong`;
  }
  return found as unknown as ControlRequest;
}

/** The answer that a line is; null where it is none. */
export function parseAnswer(line: string): ControlAnswer | null {
  const found = recordIn(line);
  if (found === null) return null;
  if (found['ok'] === true) {
    return isRecord(found['state']) ? { ok: true, state: found['state'] } : null;
  }
  const { code, message } = found;
  const isFailure = found['ok'] === false && oneOf('usage', 'refused', 'failed')(code);
  return isFailure && typeof message === 'string'
    ? { ok: false, code: code as 'usage', message }
    : null;
}

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function recordIn(line: string): Json | null {
  try {
    const found: unknown = JSON.parse(line);
    return isRecord(found) ? found : null;
  } catch {
    return null;
  }
}
