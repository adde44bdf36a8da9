import { describe, expect, test } from 'vitest';
import { functionsOf, scan } from './source.ts';

const codeOf = (source: string) => scan(source).code;
const named = (source: string) =>
  functionsOf(codeOf(source)).map(({ name, from, to }) => `${name} ${from}-${to}`);

describe('blanking what is not code', () => {
  test.each([
    ["a = 'x{y' + b;", "a = '   ' + b;"],
    ['a = "it\'s {" + b;', 'a = "      " + b;'],
    ["a = 'it\\'s {';", "a = '       ';"],
    ['a; // {b}', 'a;       '],
    ['a /* { */ b', 'a         b'],
    ['a = /[/{]\\/x{2}/g;', 'a = /          /g;'],
    ['a = b / c / d;', 'a = b / c / d;'],
    ['x(/{/.test(y))', 'x(/ /.test(y))'],
    ['(a + b) / c / d', '(a + b) / c / d'],
    ['return /{/;', 'return / /;'],
    ['`a{${b}}c`', '`  ${b}  `'],
    ['`a${`{${f({ b })}`}d`', '` ${` ${f({ b })}`} `'],
    ['`\\`{` + a', '`   ` + a'],
  ])('%s', (source, code) => expect(codeOf(source)).toBe(code));

  test('lines stay where they were', () => {
    const source = 'a;\n/* {\n */ b; // c\n`{\n${d}\n`;\n';
    expect(codeOf(source).split('\n')).toHaveLength(source.split('\n').length);
    expect(codeOf(source)).toHaveLength(source.length);
  });

  test('texts and comments are listed', () => {
    const { strings, comments } = scan('import { a } from \'./a.ts\'; // note\nf("b");');
    expect(strings.map((piece) => piece.text)).toEqual(['./a.ts', 'b']);
    expect(comments.map((piece) => piece.text)).toEqual(['// note']);
  });
});

describe('finding functions', () => {
  test.each<[string, string[]]>([
    ['function f() {\n  a;\n}', ['f 1-3']],
    ['export function f<T extends A<B>>(\n  a: T,\n): { b: number } {\n  a;\n}', ['f 1-5']],
    ['function f(a: A): asserts a is B {\n  a;\n}', ['f 1-3']],
    ['function f(a: A): Map<string, { b: C }> {\n  a;\n}', ['f 1-3']],
    ['function f(): (a: A) => B {\n  a;\n}', ['f 1-3']],
    ['function f(a: A): B;\nfunction f(a: A) {\n  a;\n}', ['f 2-4']],
    ['class A {\n  #b(c: C): D | undefined {\n    c;\n  }\n}', ['#b 2-4']],
    ['class A {\n  get b(): B {\n    c;\n  }\n}', ['b 2-4']],
    ['class A {\n  constructor(a: A) {\n    c;\n  }\n}', ['constructor 2-4']],
    ['const f = (a: A): B => {\n  a;\n};', ['f 1-3']],
    ['const f: F = (a) => {\n  a;\n};', ['f 1-3']],
    ['const f = (a: A) =>\n  g(\n    a,\n  );', ['f 1-4']],
    ['const f = async () => {\n  a;\n};', ['f 1-3']],
    ['export default function () {\n  a;\n}', ['anonymous 1-3']],
    ['list.map((a) => ({\n  b: a,\n}));', ['anonymous 1-3']],
    ['const o = {\n  f(a) {\n    a;\n  },\n  g: () => {\n    b;\n  },\n};', ['f 2-4', 'g 5-7']],
  ])('%j', (source, spans) => expect(named(source)).toEqual(spans));

  test.each([
    'if (a) {\n  b;\n}',
    'for (const a of b()) {\n  c;\n}',
    'while (a()) {\n  b;\n}',
    'switch (a(b)) {\n  case c(d): {\n    e;\n  }\n}',
    'try {\n  a();\n} catch (e) {\n  b;\n}',
    'const a = b ? f(c) : { d };\nif (e) {\n  g;\n}',
    'f(a);\n{\n  b;\n}',
    'const a = "function f() {";\n',
    'type A = {\n  b(c: C): D;\n};',
  ])('no function is seen in %j', (source) => expect(named(source)).toEqual([]));

  test('a function in a function is measured by itself too', () => {
    const source = 'function f() {\n  const g = () => {\n    a;\n  };\n  return g;\n}';
    expect(named(source)).toEqual(['f 1-6', 'g 2-4']);
  });

  test('braces in texts, templates, patterns and comments do not count', () => {
    const body = ["'}'", '`}${{ a: `}` }}`', '/[}]}/', '1; // }', '2 /* } */'].join(';\n');
    expect(named(`function f() {\n${body};\n}\nfunction g() {}`)).toEqual(['f 1-7', 'g 8-8']);
  });
});
