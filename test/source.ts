import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../', import.meta.url));

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** Paths, relative to the root and sorted, of the files below `folder` that `wanted` takes. */
export function filesBelow(folder: string, wanted: RegExp): string[] {
  const found: string[] = [];
  const visit = (path: string) => {
    for (const entry of readdirSync(join(ROOT, path), { withFileTypes: true })) {
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) visit(child);
      else if (entry.isFile() && wanted.test(entry.name)) found.push(child);
    }
  };
  if (statSync(join(ROOT, folder), { throwIfNoEntry: false })?.isDirectory()) visit(folder);
  return found.sort();
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Counted from 1. */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split('\n').length;

/** One failed rule: "src/base/x.ts:7: found "…", wanted …". */
export const complaint = (file: string, line: number, found: string, wanted: string): string =>
  `${file}:${line}: found ${found}, wanted ${wanted}`;

export interface Piece {
  readonly start: number;
  readonly text: string;
}

export interface Scanned {
  /** The source with the inside of texts, expressions of patterns and all comments blanked. */
  readonly code: string;
  /** Quoted texts without their quotes; `start` is at the opening quote. No templates. */
  readonly strings: readonly Piece[];
  readonly comments: readonly Piece[];
}

// A slash after one of these begins a pattern; after anything else it divides.
const BEFORE_PATTERN = new RegExp(
  String.raw`(?:^|[(,=:[!&|?{};+\-*%<>~^\n]|` +
    String.raw`\b(?:return|typeof|case|in|of|void|delete|throw|new|else|do|await|yield))\s*$`,
);

/** Blanks what is not code, keeping every offset and line. TypeScript's own parser has no API. */
export function scan(source: string): Scanned {
  const strings: Piece[] = [];
  const comments: Piece[] = [];
  // Depth of braces at which each template's `${` was opened.
  const templates: number[] = [];
  const out: string[] = [];
  let depth = 0;
  let at = 0;
  const blank = (end: number, keep: boolean) => {
    const text = source.slice(at, end);
    out.push(keep ? text : text.replace(/[^\n]/g, ' '));
    at = end;
  };
  const template = () => {
    const end = templateEnd(source, at);
    blank(end, false);
    if (source[end] === '$') {
      templates.push(depth++);
      blank(end + 2, true);
    } else blank(end + 1, true);
  };
  while (at < source.length) {
    const char = source[at] as string;
    const pair = source.slice(at, at + 2);
    if (pair === '//' || pair === '/*') {
      const end = pair === '//' ? indexOr(source, '\n', at) : indexOr(source, '*/', at + 2) + 2;
      comments.push({ start: at, text: source.slice(at, end) });
      blank(Math.min(end, source.length), false);
    } else if (char === "'" || char === '"') {
      const end = closing(source, at, char);
      strings.push({ start: at, text: source.slice(at + 1, end) });
      blank(at + 1, true);
      blank(end, false);
      blank(end + 1, true);
    } else if (char === '`') {
      blank(at + 1, true);
      template();
    } else if (char === '/' && BEFORE_PATTERN.test(out.join('').slice(-40))) {
      const end = patternEnd(source, at);
      blank(at + 1, true);
      blank(end, false);
      blank(end + 1, true);
    } else {
      if (char === '{') depth++;
      if (char === '}') depth--;
      blank(at + 1, true);
      if (char === '}' && templates.at(-1) === depth) {
        templates.pop();
        template();
      }
    }
  }
  return { code: out.join(''), strings, comments };
}

function indexOr(source: string, sought: string, from: number): number {
  const found = source.indexOf(sought, from);
  return found < 0 ? source.length : found;
}

/** Offset of the quote that closes the one at `start`. */
function closing(source: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < source.length && source[at] !== quote && source[at] !== '\n') {
    at += source[at] === '\\' ? 2 : 1;
  }
  return at;
}

/** Offset of the backtick or of the `${` that ends this part of a template. */
function templateEnd(source: string, start: number): number {
  let at = start;
  while (at < source.length && source[at] !== '`' && source.slice(at, at + 2) !== '${') {
    at += source[at] === '\\' ? 2 : 1;
  }
  return at;
}

/** Offset of the slash that closes the pattern at `start`. */
function patternEnd(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '\n' || (char === '/' && !inClass)) return at;
  }
  return source.length;
}

export interface FunctionSpan {
  readonly name: string;
  /** Lines counted from 1, both included: from the head to the end of the body. */
  readonly from: number;
  readonly to: number;
}

const CONTROL = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);
const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Every function, method and arrow function (with parentheses) of blanked code, by line. */
export function functionsOf(code: string): FunctionSpan[] {
  const partner = bracketPairs(code);
  const spans: FunctionSpan[] = [];
  const add = (name: string, start: number, end: number) =>
    spans.push({ name, from: lineAt(code, start), to: lineAt(code, end) });
  for (const [open, close] of partner) {
    if (code[open] !== '(') continue;
    const head = code.slice(0, open).replace(/<[^<>()]*(?:<[^<>()]*>[^<>()]*)*>$/, '');
    const name = /([\w$#]+)\s*$/.exec(head)?.[1] ?? '';
    if (CONTROL.has(name)) continue;
    const body = bodyAfter(code, close + 1, partner);
    // After `):` stands the type of a result, which has no body of its own.
    if (body === undefined || (body.arrow && /\):\s*$/.test(head))) continue;
    if (body.arrow) add(assignedName(code, open), open, body.end);
    else add(name === 'function' ? assignedName(code, open) : name, open - name.length, body.end);
  }
  return spans.sort((a, b) => a.from - b.from || b.to - a.to);
}

function bracketPairs(code: string): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < code.length; at++) {
    const char = code[at] as string;
    if (char in PAIRS) open.push(at);
    else if (char === ')' || char === ']' || char === '}') {
      const start = open.pop();
      if (start !== undefined) pairs.set(start, at);
    }
  }
  return pairs;
}

/** The body that follows the parameters and the type of the result, if there is one. */
function bodyAfter(code: string, start: number, partner: ReadonlyMap<number, number>) {
  let at = skipBlanks(code, start);
  const typed = code[at] === ':';
  if (typed) at = skipBlanks(code, typeEnd(code, at + 1, partner));
  if (code.startsWith('=>', at)) {
    return { arrow: true, end: arrowBody(code, at + 2, partner) };
  }
  return code[at] === '{' ? { arrow: false, end: partner.get(at) ?? code.length } : undefined;
}

/** Offset at which a type ends: at the `{` of a body, at an arrow of the value, or at a stop. */
function typeEnd(code: string, start: number, partner: ReadonlyMap<number, number>): number {
  let at = start;
  let expectsType = true;
  let afterParameters = false;
  while (at < code.length) {
    const char = code[at] as string;
    if (/\s/.test(char)) at++;
    else if (char in PAIRS) {
      if (char === '{' && !expectsType) return at;
      afterParameters = char === '(' && expectsType;
      at = (partner.get(at) ?? code.length) + 1;
      expectsType = false;
    } else if (code.startsWith('=>', at)) {
      if (!afterParameters) return at;
      at += 2;
      expectsType = true;
      afterParameters = false;
    } else if (/[|&<?:]/.test(char)) {
      at++;
      expectsType = true;
    } else if (/[\w$.>'"`]/.test(char)) {
      const word = /^[\w$]+|^./.exec(code.slice(at, at + 200))?.[0] as string;
      at += word.length;
      expectsType = /^(?:is|keyof|readonly|extends|infer|asserts|typeof)$/.test(word);
    } else if (char === ',' && expectsTypeArgument(code, at)) {
      at++;
      expectsType = true;
    } else return at;
  }
  return at;
}

/** Whether the comma at `at` is between the arguments of a type: a `<` is still open before it. */
function expectsTypeArgument(code: string, at: number): boolean {
  const line = code.slice(Math.max(0, at - 300), at).replaceAll('=>', '  ');
  const text = line.slice(Math.max(line.lastIndexOf(';'), line.lastIndexOf('):')));
  return text.split('<').length > text.split('>').length;
}

/** Offset of the end of an arrow's body, block or expression. */
function arrowBody(code: string, start: number, partner: ReadonlyMap<number, number>): number {
  let at = skipBlanks(code, start);
  if (code[at] === '{') return partner.get(at) ?? code.length;
  while (at < code.length && !/[;,)\]}]/.test(code[at] as string)) {
    at = partner.has(at) ? (partner.get(at) as number) + 1 : at + 1;
  }
  return at - 1;
}

function skipBlanks(code: string, start: number): number {
  let at = start;
  while (/\s/.test(code[at] ?? '')) at++;
  return at;
}

const assignedName = (code: string, at: number): string => {
  const before = code.slice(Math.max(0, at - 200), at);
  const match =
    /([\w$#]+)(?:\s*[=:]\s*|\s*:[^;={}]*=\s*)(?:async\s*)?(?:function\s*)?(?:<[^;]*>)?$/;
  return match.exec(before)?.[1] ?? 'anonymous';
};
