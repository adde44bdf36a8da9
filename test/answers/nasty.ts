/** Text that stands in JSON as it is, whether or not JSON can say it. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Two values under one name. */
export class Twice {
  readonly first: unknown;
  readonly second: unknown;

  constructor(first: unknown, second: unknown) {
    this.first = first;
    this.second = second;
  }
}

/** What stands in the place of a number (F040), as JSON text; two of them are no JSON at all. */
export const NASTY: readonly string[] = [
  '""',
  '" "',
  '"0"',
  '0',
  '-0',
  '"-0"',
  '-1',
  '"-1"',
  '"-0.01"',
  '"NaN"',
  'NaN',
  '"nan"',
  '"Infinity"',
  '"-Infinity"',
  'Infinity',
  '1e309',
  '-1e309',
  '"1e309"',
  '1e5',
  '"1e5"',
  '1e-9',
  '"1e-9"',
  '0.0000001',
  '9007199254740993',
  '"9007199254740993"',
  '99999999999999999999',
  '"99999999999999999999999999"',
  '9223372036.854775807',
  '"0x10"',
  '"1,234.56"',
  '"1.234,56"',
  '"$100.00"',
  '"100.00 USD"',
  '"+100"',
  '"1."',
  '".5"',
  '"007"',
  '"١٠٠"',
  '"null"',
  '"100\\u0000"',
];

/** The value as JSON, with what only a broken sender writes. */
export function textOf(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).map(([name, field]) => {
    const key = JSON.stringify(name);
    if (!(field instanceof Twice)) return `${key}:${textOf(field)}`;
    return `${key}:${textOf(field.first)},${key}:${textOf(field.second)}`;
  });
  return `{${fields.join(',')}}`;
}
