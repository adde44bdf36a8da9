import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { RecordedExchange } from './options.ts';

const PATH = resolve('../shared/specs/brokers/alpaca-trading.openapi.yaml');
export const hasDocument = existsSync(PATH);
export const FIXTURES = resolve('../shared/specs/brokers/fixtures/alpaca');

type Json = Record<string, unknown>;
interface Fault {
  readonly path?: string;
  readonly location?: string;
  readonly errorCode?: string;
  readonly message: string;
}
interface Validators {
  readonly request: { validateRequest(request: object): { errors: readonly Fault[] } | undefined };
  readonly response: {
    validateResponse(status: number, body: unknown): { errors: readonly Fault[] } | undefined;
  };
}

const load = createRequire(import.meta.url);
type Maker<T> = { default: new (args: object) => T };
const { default: ResponseValidator } = load('openapi-response-validator') as Maker<
  Validators['response']
>;
const { default: RequestValidator } = load('openapi-request-validator') as Maker<
  Validators['request']
>;

interface Known {
  readonly of: 'request' | 'answer';
  readonly at: RegExp;
  readonly path: RegExp;
  /** Only in an order of several legs, or a leg of one. */
  readonly isMultiLeg?: true;
  readonly why: string;
}

/** Where the document is wrong about what really goes over the wire, with the reason. */
const KNOWN: readonly Known[] = [
  {
    of: 'answer',
    at: /^(?:GET|POST) \/v2\/orders/,
    path: /^(?:\d+\/)?(?:asset_class|asset_id|symbol|side)$/,
    isMultiLeg: true,
    why: 'a multi-leg parent has them empty in the recorded answer; the schema asks for enums',
  },
  {
    of: 'answer',
    at: /^(?:GET|POST) \/v2\/orders/,
    path: /^(?:\d+\/)?(?:legs\/\d+\/)?type$/,
    isMultiLeg: true,
    why: 'legs of a multi-leg order have an empty type in the recorded answer',
  },
  {
    of: 'answer',
    at: /^(?:GET|POST|PATCH) \/v2\/orders|^DELETE \/v2\/positions/,
    path: /^(?:\d+\/)?(?:body\/)?legs\/\d+\/legs$/,
    why: 'legs have no legs of their own: null in the recorded answer, an object in the schema',
  },
  {
    of: 'request',
    at: /^GET \/v2\/calendar$/,
    path: /^(?:start|end)$/,
    why: 'clients send dates, and Alpaca takes them; the schema has date-times',
  },
  {
    of: 'request',
    at: /^POST \/v2\/orders$/,
    path: /^qty$/,
    why: 'clients send numbers too, and Alpaca takes them; the schema has text',
  },
];

/** A date without a time in the vendor's examples, a date-time in the schema. */
const DATE_WHY = 'the date of an activity has no time in the vendor examples';

/** The object that holds the member at a path such as "0/legs/1/type". */
function holderOf(body: unknown, path: string): Json | undefined {
  const parts = path.split('/').slice(0, -1);
  return parts.reduce<unknown>((at, part) => (at as Json)?.[part], body) as Json | undefined;
}

const document = (): Json => parse(readFileSync(PATH, 'utf8')) as Json;

const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  uuid: (value) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  'date-time': (value) => /^\d{4}-\d\d-\d\dT[\d:]{8}(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value),
  decimal: (value) => /^-?\d+(?:\.\d+)?$/.test(value),
};

/** A query as its parameters' types have it: numbers and booleans were text on the wire. */
function typed(query: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const isPlain = /^-?\d+(?:\.\d+)?$/.test(value) && !/date|symbol|id$|token/.test(name);
      if (isPlain && ['limit', 'page_size', 'qty', 'percentage'].includes(name)) {
        return [name, Number(value)];
      }
      if (name === 'activity_types') return [name, value.split(',')];
      return [name, value === 'true' ? true : value === 'false' ? false : value];
    }),
  );
}

/** Checks recorded traffic against the vendor's document: what fails beyond the known. */
export class SpecCheck {
  readonly #document = document();
  readonly #made: Map<string, Validators> = new Map();
  readonly problems: string[] = [];
  readonly seen: Map<string, number> = new Map();
  readonly known: Map<string, number> = new Map();

  check(exchanges: readonly RecordedExchange[]): void {
    for (const exchange of exchanges) this.#one(exchange);
  }

  #one(exchange: RecordedExchange): void {
    const found = this.#operation(exchange);
    if (found === null) {
      this.problems.push(`${exchange.method} ${exchange.path} is not in the document`);
      return;
    }
    const { name, operation, params } = found;
    const validators = this.#validators(name, operation);
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
    const { status } = exchange;
    const isError = status >= 400;
    const request = {
      headers: exchange.headers,
      params,
      query: typed(exchange.query),
      body: structuredClone(exchange.body),
    };
    if (!isError) {
      this.#note(
        name,
        'request',
        validators.request.validateRequest(request)?.errors,
        request.body,
      );
      const answer = this.#dated(name, structuredClone(exchange.answer) ?? null);
      this.#note(
        name,
        'answer',
        validators.response.validateResponse(status, answer)?.errors,
        answer,
      );
      return;
    }
    const { code, message } = (exchange.answer ?? {}) as Json;
    if (!Number.isInteger(code) || typeof message !== 'string') {
      this.problems.push(`${name} ${status} has no error form`);
    }
  }

  /** Activities with a time in their date, so that all the rest of them is judged. */
  #dated(name: string, answer: unknown): unknown {
    if (!name.startsWith('GET /v2/account/activities') || !Array.isArray(answer)) return answer;
    return (answer as Json[]).map((each) => {
      if (!/^\d{4}-\d\d-\d\d$/.test(String(each.date))) return each;
      this.#count(DATE_WHY);
      return { ...each, date: `${String(each.date)}T00:00:00Z` };
    });
  }

  #count(why: string): void {
    this.known.set(why, (this.known.get(why) ?? 0) + 1);
  }

  #note(name: string, what: Known['of'], faults: readonly Fault[] = [], body: unknown): void {
    for (const { path = '', errorCode = '', message } of faults) {
      const row = KNOWN.find(({ of, at, path: where, isMultiLeg }) => {
        if (of !== what || !at.test(name) || !where.test(path)) return false;
        return isMultiLeg !== true || holderOf(body, path)?.order_class === 'mleg';
      });
      if (row === undefined) this.problems.push(`${name} ${what} ${path} ${errorCode} ${message}`);
      else this.#count(row.why);
    }
  }

  #validators(name: string, operation: Json): Validators {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const components = this.#document.components as Json;
    const parameters = ((operation.parameters ?? []) as Json[]).map((one) => this.#resolved(one));
    const made: Validators = {
      request: new RequestValidator({
        parameters,
        requestBody: operation.requestBody,
        componentSchemas: components.schemas,
        customFormats: FORMATS,
      }),
      response: new ResponseValidator({
        responses: this.#responses(operation),
        components,
        customFormats: FORMATS,
      }),
    };
    this.#made.set(name, made);
    return made;
  }

  #responses(operation: Json): Json {
    const all = Object.entries(operation.responses as Json);
    return Object.fromEntries(all.map(([status, one]) => [status, this.#resolved(one as Json)]));
  }

  #resolved(value: Json): Json {
    if (typeof value.$ref !== 'string') return value;
    const parts = value.$ref.slice(2).split('/');
    return parts.reduce<unknown>((at, part) => (at as Json)[part], this.#document) as Json;
  }

  #operation({ method, path }: RecordedExchange) {
    const paths = this.#document.paths as Record<string, Json>;
    const names = Object.keys(paths).sort((a, b) => a.split('{').length - b.split('{').length);
    for (const name of names) {
      const keys = [...name.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] as string);
      const shape = new RegExp(`^${name.replace(/\{[^}]+\}/g, '([^/]+)')}$`);
      const match = shape.exec(path);
      const item = paths[name] as Json;
      const operation = item[method.toLowerCase()] as Json | undefined;
      if (match === null || operation === undefined) continue;
      const params = Object.fromEntries(
        keys.map((key, i) => [key, decodeURIComponent(match[i + 1] as string)]),
      );
      const shared = (item.parameters ?? []) as Json[];
      const parameters = [...shared, ...((operation.parameters ?? []) as Json[])];
      return { name: `${method} ${name}`, operation: { ...operation, parameters }, params };
    }
    return null;
  }
}
